//! The authority of a development server, which vouches for `localhost` and for nothing else, and the certificate it
//! gives the server at each start.
//!
//! Whoever trusts it must find its certificate in a file: in the data directory, or beside the ready file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use sha2::{Digest, Sha256};

use crate::clock::{TICKS_PER_SECOND, wall};
use crate::failure::{Failure, Outcome};
use crate::files::{self, Readers};
use crate::tls::Tls;

/// The names of this machine that a certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The file of its certificate.
pub(crate) const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key.pem";

/// An authority whose certificate is in a file.
pub(crate) struct Authority {
    key: KeyPair,
    /// Where its certificate is.
    pub(super) certificate: PathBuf,
}

impl Authority {
    /// The one of a data directory, made on first use.
    pub(super) fn kept(directory: &Path) -> Outcome<Authority> {
        let (certificate, key_file) = (directory.join(CERTIFICATE), directory.join(KEY));
        if let Some(key) = existing(&certificate, &key_file)? {
            return Ok(Authority { key, certificate });
        }
        let authority = Authority::passing(certificate)?;
        let mut text = authority.key.serialize_pem();
        text.push_str(&seal(&authority.certificate)?);
        files::write_whole(&key_file, &text, Readers::Owner).map_err(|error| unusable(&key_file, &error))?;
        Ok(authority)
    }

    /// What is wrong with the one of a data directory, which may not have any.
    pub(crate) fn judge(directory: &Path) -> Outcome {
        existing(&directory.join(CERTIFICATE), &directory.join(KEY)).map(drop)
    }

    /// A new one whose key is not kept.
    pub(super) fn passing(certificate: PathBuf) -> Outcome<Authority> {
        let trouble = |error: &dyn std::fmt::Display| unusable(&certificate, error);
        let key = KeyPair::generate().map_err(|error| trouble(&error))?;
        let signed = parameters().and_then(|parameters| parameters.self_signed(&key));
        let text = signed.map_err(|error| trouble(&error))?.pem();
        files::write_whole(&certificate, &text, Readers::Usual)
            .map_err(|error| Failure::failed(format_args!("cannot write `{}`", certificate.display()), error))?;
        Ok(Authority { key, certificate })
    }

    /// A new certificate for this machine, ready to be served.
    pub(super) fn certify(self) -> Outcome<Arc<Tls>> {
        let trouble = |error: &dyn std::fmt::Display| Failure::failed("no certificate for this machine", error);
        let key = KeyPair::generate().map_err(|error| trouble(&error))?;
        let signed = own_parameters().and_then(|own| own.signed_by(&key, &Issuer::new(parameters()?, self.key)));
        let signed = signed.map_err(|error| trouble(&error))?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| trouble(&error))?;
        Tls::fixed(vec![signed.der().clone()], key).map_err(|error| trouble(&error))
    }
}

/// The key, if both files are there and are what was written.
fn existing(certificate: &Path, key_file: &Path) -> Outcome<Option<KeyPair>> {
    if !certificate.exists() || !key_file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(key_file).map_err(|error| unusable(key_file, &error))?;
    let sealed = text.find(SEAL).and_then(|at| text.get(at..));
    if sealed.is_some_and(|sealed| seal(certificate).is_ok_and(|seal| seal != sealed)) {
        return Err(unusable(certificate, &"it is not what was written with its key"));
    }
    KeyPair::from_pem(&text).map(Some).map_err(|error| unusable(key_file, &error))
}

/// What stands before the digest of the certificate, behind its key. Who reads PEM skips it (RFC 7468, section 5.2).
const SEAL: &str = "certificate sha256 ";

/// The line that says to which certificate a key belongs.
fn seal(certificate: &Path) -> Outcome<String> {
    let text = fs::read(certificate).map_err(|error| unusable(certificate, &error))?;
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{SEAL}{digest}\n"))
}

/// What the authority's certificate says. A stolen key of it can vouch for nobody but this machine.
fn parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(Vec::<String>::new())?;
    parameters.distinguished_name.push(DnType::CommonName, "Vitae development, this machine only");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let mut one = [0; 16];
    if let Some(last) = one.last_mut() {
        *last = 1;
    }
    parameters.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 1], [255; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(one, [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(parameters)
}

/// What the server's certificate says. Some clients refuse one that is good for longer than 825 days.
fn own_parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(NAMES.map(str::to_owned))?;
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    let today = Timestamp::from_second(wall().div_euclid(TICKS_PER_SECOND)).unwrap_or(Timestamp::UNIX_EPOCH);
    let year = i32::from(TimeZone::UTC.to_datetime(today).year());
    parameters.not_before = date_time_ymd(year - 1, 12, 1);
    parameters.not_after = date_time_ymd(year + 1, 12, 31);
    Ok(parameters)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(format_args!("no authority for https: `{}`; remove it to have it made anew", path.display()), error)
}
