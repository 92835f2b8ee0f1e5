//! TLS for those who connect: a certificate from files, taken anew when they change. Connections that stand keep the
//! one they began with.
//!
//! Files are looked at every ten seconds, and at once on SIGHUP. While they do not fit together (one is written before
//! the other) the old certificate is used on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, ServerConfig};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::failure::{Failure, Outcome};

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Where certificate and key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files {
    /// The certificate, then those that vouch for it, in PEM form.
    pub(crate) certificate: PathBuf,
    /// Its private key, in PEM form.
    pub(crate) key: PathBuf,
}

/// When the two files were last written, and how long they are.
type Stamp = [(SystemTime, u64); 2];

/// The certificate that new connections get.
pub(crate) struct Tls {
    current: RwLock<TlsAcceptor>,
}

impl Tls {
    /// A certificate that stays as it is.
    pub(crate) fn fixed(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Arc<Tls>, String> {
        Ok(Arc::new(Tls { current: RwLock::new(acceptor(chain, key)?) }))
    }

    /// The certificate of these files, kept current for as long as the runtime lives.
    pub(crate) fn watched(files: Files) -> Outcome<Arc<Tls>> {
        let stamp = files.stamp().ok();
        let tls = Arc::new(Tls { current: RwLock::new(files.load().map_err(Failure::Usage)?) });
        let hangup = signal(SignalKind::hangup()).map_err(|error| Failure::failed("cannot wait for signals", error))?;
        tokio::spawn(Arc::clone(&tls).stay_current(files, stamp, hangup));
        Ok(tls)
    }

    /// What takes the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn stay_current(
        self: Arc<Self>,
        files: Files,
        mut known: Option<Stamp>,
        mut hangup: tokio::signal::unix::Signal,
    ) {
        loop {
            let asked = tokio::select! {
                _ = hangup.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let found = files.stamp().ok();
            if asked || found != known {
                known = found;
                self.reload(&files);
            }
        }
    }

    fn reload(&self, files: &Files) {
        match files.load() {
            Ok(acceptor) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
                tracing::info!("new connections get the certificate that is now in its file");
            }
            Err(error) => tracing::warn!(%error, "the certificate stays as it was"),
        }
    }
}

impl Files {
    /// What takes connections with the certificate as it is now; the error says how to mend it.
    pub(crate) fn load(&self) -> Result<TlsAcceptor, String> {
        let chain = CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|error| unreadable("tls.certificate", &self.certificate, &error))?;
        if chain.is_empty() {
            let path = self.certificate.display();
            return Err(format!("`tls.certificate` `{path}` has no certificate; expected `BEGIN CERTIFICATE`"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| self.no_key(&error))?;
        acceptor(chain, key).map_err(|error| format!("`tls.certificate` and `tls.key` cannot be used: {error}"))
    }

    /// Why there is no key in its file.
    fn no_key(&self, error: &pem::Error) -> String {
        let path = self.key.display();
        // Either form of an encrypted key says so in clear text.
        if fs::read_to_string(&self.key).is_ok_and(|text| text.contains("ENCRYPTED")) {
            return format!(
                "`tls.key` `{path}` is encrypted, and nobody is asked for its passphrase; expected the key in clear, in a \
                file that only the service can read"
            );
        }
        match error {
            pem::Error::NoItemsFound => format!("`tls.key` `{path}` has no private key; expected `BEGIN PRIVATE KEY`"),
            error => unreadable("tls.key", &self.key, error),
        }
    }

    fn stamp(&self) -> io::Result<Stamp> {
        let of = |path: &Path| {
            let file = fs::metadata(path)?;
            Ok::<_, io::Error>((file.modified()?, file.len()))
        };
        Ok([of(&self.certificate)?, of(&self.key)?])
    }
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<TlsAcceptor, String> {
    // Refuses a key that is not the certificate's.
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            "the key is not that of the certificate".to_owned()
        }
        error => error.to_string(),
    })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn unreadable(name: &str, path: &Path, error: &pem::Error) -> String {
    let path = path.display();
    match error {
        pem::Error::Io(error) => format!("`{name}` `{path}` cannot be read: {error}"),
        error => format!("`{name}` `{path}` is not as it should be: {error}"),
    }
}
