//! Trust in the database's certificate: the machine's authorities and those of one file. Whether TLS is used is said
//! by the URL's `sslmode`.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Error, Result};

/// What connections are made with.
pub(super) type Connector = MakeRustlsConnect;

/// A connector that trusts the machine's authorities, or only those of the file when there is one.
pub(super) fn connector(is_used: bool, authorities: Option<&Path>) -> Result<Connector> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(file) => {
            let failed =
                |error: String| Error::Io(format!("cannot read certificates from `{}`: {error}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| failed(error.to_string()))? {
                let certificate = certificate.map_err(|error| failed(error.to_string()))?;
                roots.add(certificate).map_err(|error| failed(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(failed("none is in it, expected PEM".to_owned()));
            }
        }
        None if is_used => _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        None => {}
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Error::Io(format!("cannot set up TLS: {error}")))?;
    Ok(MakeRustlsConnect::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
