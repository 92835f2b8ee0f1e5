//! TLS to the engine: whom a store trusts, and what it says of one that it does not.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::*;
use crate::testing::Engine;

/// An authority in a file, and what it vouches for: an engine's certificate for `localhost`, and its key.
fn authority(directory: &Path, name: &str) -> (PathBuf, String, String) {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let (key, own) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let file = directory.join(name);
    fs::write(&file, parameters.self_signed(&key).unwrap().pem()).unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&own, &Issuer::new(parameters, key)).unwrap();
    (file, certificate.pem(), own.serialize_pem())
}

#[tokio::test]
async fn an_engine_is_trusted_by_its_authority_and_name() {
    let directory = tempfile::tempdir().unwrap();
    let (good, certificate, key) = authority(directory.path(), "good.pem");
    let (other, ..) = authority(directory.path(), "other.pem");
    let engine = Engine::encrypted(&certificate, &key).unwrap();
    let url = |host: &str, mode: &str| format!("postgres://vitae@{host}:{}/postgres?sslmode={mode}", engine.port());
    let trusting = |file: &PathBuf| Options { authorities: Some(file.clone()), ..server() };
    migrate(&url("localhost", "require"), &trusting(&good), false).await.unwrap();
    for mode in ["require", "verify-full", "verify-ca", "prefer"] {
        let store = open(&url("localhost", mode), &trusting(&good)).await;
        store.commit(commit(user(1), 1, vec![put("skills", mode, 1)])).await.unwrap();
        assert_eq!(store.verify().await, Ok(vec![]));
        let encrypted = "SELECT 1 / count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl";
        store.inner.pool.batch(encrypted).await.unwrap();
    }
    let empty = directory.path().join("empty.pem");
    fs::write(&empty, "no certificate").unwrap();
    let table = [
        ("localhost", "prefer", &empty, "none is in it"),
        ("localhost", "require", &other, "`database.ca`"),
        ("localhost", "verify-full", &other, "`database.ca`"),
        ("127.0.0.1", "require", &good, "a host name that its certificate is for"),
    ];
    for (host, mode, file, expected) in table {
        let error = PostgresStore::open(&url(host, mode), &trusting(file)).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{host}, {mode}, {}: {error}", file.display());
    }
}

#[tokio::test]
async fn an_engine_without_tls_is_refused_where_tls_is_required() {
    let engine = crate::testing::engine().unwrap();
    let url = engine.url().replace("sslmode=disable", "sslmode=require");
    let error = PostgresStore::open(&url, &server()).await.unwrap_err().to_string();
    assert!(error.contains("`ssl = on`"), "{error}");
}
