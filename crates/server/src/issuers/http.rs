//! One document by HTTP: connect, ask, read. No redirects, no pool, no proxy; everything is bounded.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ::http::{Request, StatusCode, header};
use auth::{Document, Fetch, Fetched};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::Address;
use crate::app::Network;

/// How long a document may take altogether.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one machine may take to accept a connection; a name may lead to several.
const CONNECT: Duration = Duration::from_secs(3);
/// The largest document. Entra's key set has some 20 KB.
const LARGEST: usize = 512 << 10;

/// What is believed and where one may go on the way to an issuer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Route {
    /// Where the issuer's machines are; anywhere that is not special when there are none.
    pub(crate) networks: Vec<Network>,
    /// Authorities that may vouch for its machines, besides those that this machine trusts.
    pub(crate) authorities: Vec<CertificateDer<'static>>,
}

/// Fetches documents by https.
pub(crate) struct Http {
    networks: Vec<Network>,
    tls: TlsConnector,
}

impl Http {
    /// Reads what the machine trusts, so it takes some milliseconds.
    pub(crate) fn new(route: &Route) -> Result<Http, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let (_, refused) = roots.add_parsable_certificates(route.authorities.iter().cloned());
        if refused > 0 {
            return Err("`ca` holds a certificate that is none of an authority".to_owned());
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Http { networks: route.networks.clone(), tls: TlsConnector::from(Arc::new(config)) })
    }

    async fn get(&self, address: &str) -> Result<Document, String> {
        let address = Address::parse(address).map_err(|expected| format!("expected {expected}"))?;
        let stream = self.connect(&address).await?;
        if !address.secure {
            return ask(stream, &address).await;
        }
        let name = ServerName::try_from(address.host.clone()).map_err(|_| "the host is no name")?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| untrusted(&error))?;
        ask(stream, &address).await
    }

    /// The name is looked up here and the very address that was judged is connected to, so that a name that changes
    /// its mind leads nowhere else.
    async fn connect(&self, address: &Address) -> Result<TcpStream, String> {
        let machines = lookup_host((address.host.as_str(), address.port)).await;
        let machines = machines.map_err(|error| format!("the name `{}` is not known here: {error}", address.host))?;
        let mut reason = format!("the name `{}` leads to no machine", address.host);
        for machine in machines {
            if !address.may_lead_to(machine.ip(), &self.networks) {
                reason = format!(
                    "the name leads to {}, where no issuer is expected; if it is there, set `networks = [\"{0}\"]`",
                    machine.ip()
                );
                continue;
            }
            match timeout(CONNECT, TcpStream::connect(machine)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => reason = format!("{machine} does not accept connections: {error}"),
                Err(_) => reason = format!("{machine} does not accept connections within {} s", CONNECT.as_secs()),
            }
        }
        Err(reason)
    }
}

impl Fetch for Http {
    fn fetch<'a>(&'a self, address: &'a str) -> Fetched<'a> {
        Box::pin(async move {
            let answer = timeout(PATIENCE, self.get(address)).await;
            answer.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
        })
    }
}

async fn ask<S>(stream: S, address: &Address) -> Result<Document, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with this function, however it ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let authority = address.uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(address.uri.path_and_query().map_or("/", |path| path.as_str()))
        .header(header::HOST, authority)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("vitae/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(broken)?;
    match response.status() {
        StatusCode::OK => {}
        status if status.is_redirection() => return Err(format!("{status}; redirects are not followed")),
        status => return Err(format!("the answer is {status}")),
    }
    let date = response.headers().get(header::DATE).and_then(|value| value.to_str().ok()).and_then(unix_time);
    let body = Limited::new(response.into_body(), LARGEST).collect().await;
    let body = body.map_err(|error| format!("the answer breaks off or is over {} KiB: {error}", LARGEST >> 10))?;
    let text = String::from_utf8(body.to_bytes().into()).map_err(|_| "the answer is not UTF-8 text")?;
    Ok(Document { text, date })
}

/// The Unix seconds of an HTTP date.
fn unix_time(date: &str) -> Option<i64> {
    let since = httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

fn broken(error: impl fmt::Display) -> String {
    format!("the connection broke off: {error}")
}

fn untrusted(error: &std::io::Error) -> String {
    format!(
        "its certificate is not accepted: {error}; if an authority of your own signed it, name that authority's PEM file with `ca`"
    )
}
