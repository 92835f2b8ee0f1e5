//! TLS: both versions of HTTP, a certificate that is replaced under way, what `vitae dev` makes and `vitae env` prints.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::harness::{Reply, Request, Server, TestIssuer, run, vitae};

type Line = StreamOwned<ClientConnection, TcpStream>;

/// Connects to `localhost:PORT` with trust in these certificates only.
fn connect(address: &str, name: &str, trusted: &[CertificateDer<'static>], protocol: &str) -> std::io::Result<Line> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut line =
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), TcpStream::connect(address)?);
    line.conn.complete_io(&mut line.sock)?;
    Ok(line)
}

/// Sends a request and reads as much as has a head and the body it announces.
fn ask(line: &mut Line, request: &Request) -> Reply {
    line.write_all(&request.to_bytes("keep-alive")).unwrap();
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = line.read(&mut chunk).unwrap();
        assert!(length > 0, "the line broke off");
        bytes.extend_from_slice(&chunk[..length]);
        if bytes.windows(4).any(|window| window == b"\r\n\r\n") {
            let reply = Reply::parse(&bytes);
            let announced: usize = reply.header("content-length").unwrap_or("0").parse().unwrap();
            if reply.body.len() >= announced {
                return reply;
            }
        }
    }
}

/// Writes a new certificate for this name, and gives it.
fn certify(place: &Path, name: &str) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    fs::write(place.join("cert.pem"), cert.pem()).unwrap();
    fs::write(place.join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

fn settings(place: &Path, issuer: &TestIssuer) {
    let text = format!(
        "listen = '127.0.0.1:0'\npublic_url = 'https://people.example'\ntls.certificate = 'cert.pem'\n\
         tls.key = 'key.pem'\n[[issuers]]\nname = '{0}'\njwks_uri = '{0}keys'\naudiences = ['vitae']\n\
         tenant = '11111111-1111-4111-8111-111111111111'\n",
        issuer.address("/"),
    );
    fs::write(place.join("vitae.toml"), text).unwrap();
}

fn serve(place: &Path) -> Server {
    let ready = place.join("ready.env");
    let mut command = vitae();
    command.args(["serve", "--ready-file"]).arg(&ready).current_dir(place);
    Server::start(command, "vitae", &ready)
}

fn me(address: &str) -> Request {
    Request::new(address, "GET", "/beta/me").host(Some("people.example"))
}

#[test]
fn a_service_speaks_tls_and_a_new_certificate_drops_nobody() {
    let place = tempfile::tempdir().unwrap();
    settings(place.path(), &TestIssuer::start("/", Vec::new()));
    let first = certify(place.path(), "people.example");
    let server = serve(place.path());
    let address = server.ready("VITAE_URL").strip_prefix("https://").unwrap().to_owned();
    let open = |trusted: &CertificateDer<'static>| {
        connect(&address, "people.example", std::slice::from_ref(trusted), "http/1.1")
    };
    let mut standing = open(&first).unwrap();
    let reply = ask(&mut standing, &me(&address)).expect(401);
    assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
    // A key that is not the certificate's changes nothing.
    let good = fs::read(place.path().join("key.pem")).unwrap();
    let half = tempfile::tempdir().unwrap();
    certify(half.path(), "people.example");
    fs::copy(half.path().join("key.pem"), place.path().join("key.pem")).unwrap();
    server.signal("HUP");
    ask(&mut standing, &me(&address)).expect(401);
    ask(&mut open(&first).unwrap(), &me(&address)).expect(401);
    fs::write(place.path().join("key.pem"), good).unwrap();
    let second = certify(place.path(), "people.example");
    server.signal("HUP");
    let renewed = (0..10_000).find_map(|_| open(&second).ok());
    ask(&mut renewed.expect("new connections get the new certificate"), &me(&address)).expect(401);
    assert!(open(&first).is_err(), "and no other");
    ask(&mut standing, &me(&address)).expect(401);
    let (status, _) = server.terminate();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn http_2_is_offered_and_clear_text_is_no_request() {
    let place = tempfile::tempdir().unwrap();
    settings(place.path(), &TestIssuer::start("/", Vec::new()));
    let certificate = certify(place.path(), "people.example");
    let server = serve(place.path());
    let address = server.ready("VITAE_URL").strip_prefix("https://").unwrap().to_owned();
    let mut line = connect(&address, "people.example", &[certificate], "h2").unwrap();
    assert_eq!(line.conn.alpn_protocol(), Some(b"h2".as_slice()));
    line.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut head = [0; 9];
    line.read_exact(&mut head).unwrap();
    assert_eq!(head[3], 4, "a SETTINGS frame");
    let mut plain = TcpStream::connect(&address).unwrap();
    plain.write_all(&me(&address).to_bytes("close")).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "nothing is answered in clear text");
}

#[test]
fn files_that_do_not_fit_stop_it() {
    let place = tempfile::tempdir().unwrap();
    settings(place.path(), &TestIssuer::start("/", Vec::new()));
    let serve = || run(vitae().arg("serve").current_dir(place.path()));
    let ended = serve();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("`tls.certificate` `cert.pem` cannot be read"), "{}", ended.stderr);
    certify(place.path(), "people.example");
    let certificate = fs::read(place.path().join("cert.pem")).unwrap();
    certify(place.path(), "people.example");
    fs::write(place.path().join("cert.pem"), certificate).unwrap();
    let differing = "`tls.certificate` and `tls.key` cannot be used: the key is not that of the certificate";
    let ended = serve();
    assert!(ended.stderr.contains(differing), "{}", ended.stderr);
    let ended = run(vitae().args(["check", "--config", "vitae.toml"]).current_dir(place.path()));
    assert!(ended.stdout.contains(differing), "{}", ended.stdout);
    for (key, fault) in [
        ("no key", "has no private key; expected `BEGIN PRIVATE KEY`"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n", "is encrypted"),
        ("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n", "is encrypted"),
        ("-----BEGIN PRIVATE KEY-----\nAA==\n", "is not as it should be: "),
    ] {
        fs::write(place.path().join("key.pem"), key).unwrap();
        let ended = serve();
        assert!(ended.stderr.contains(&format!("`tls.key` `key.pem` {fault}")), "{fault}: {}", ended.stderr);
    }
}

fn authority(path: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(path).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_development_server_speaks_https_beside_http() {
    let server = Server::ephemeral(&["--people", "2"]);
    let url = server.ready("VITAE_TLS_URL");
    let host = url.strip_prefix("https://").unwrap();
    let trusted = authority(server.ready("VITAE_CA"));
    for name in ["localhost", "127.0.0.1"] {
        let address = host.replace("localhost", "127.0.0.1");
        let mut line = connect(&address, name, &trusted, "http/1.1").unwrap();
        let users = Request::new(host, "GET", "/beta/users?$top=1").token(server.ready("VITAE_TOKEN"));
        let reply = ask(&mut line, &users).expect(200);
        assert_eq!(reply.header("strict-transport-security"), None, "the http beside it must stay reachable");
        let context = reply.json()["@odata.context"].as_str().unwrap().to_owned();
        assert!(context.starts_with(&format!("{url}/beta/$metadata")), "{context}");
        assert!(connect(&address, "people.example", &trusted, "http/1.1").is_err());
    }
    server.anyone("GET", "/healthz").send().expect(200);
}

#[test]
fn the_variables_lead_to_a_server_that_is_trusted() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "1"]);
    let first = authority(server.ready("VITAE_CA"));
    let printed = run(vitae().args(["env", "--data"]).arg(Server::data(place.path())));
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    let value = |name: &str| {
        let line = printed.stdout.lines().find_map(|line| line.strip_prefix(&format!("export {name}='"))).unwrap();
        line.strip_suffix('\'').unwrap().to_owned()
    };
    assert_eq!(
        (value("VITAE_URL").as_str(), value("VITAE_TLS_URL").as_str()),
        (server.ready("VITAE_URL"), server.ready("VITAE_TLS_URL"))
    );
    assert_eq!(authority(&value("NODE_EXTRA_CA_CERTS")), first);
    for name in ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] {
        assert!(authority(&value(name)).contains(&first[0]), "{name}");
    }
    server.terminate();
    let again = Server::in_place(place.path(), &[]);
    assert_eq!(authority(again.ready("VITAE_CA")), first, "who trusts it once trusts it again");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = fs::metadata(Server::data(place.path()).join("ca.key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(run(vitae().args(["env", "--data"]).arg(place.path())).code, 1);
}
