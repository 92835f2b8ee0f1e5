//! The public keys of an issuer, and the one place where a signature is checked.
//!
//! Keys come as text from whoever has them; nothing is fetched, and what a token says of keys beyond the look-up
//! string `kid` is never read.

use crate::issuer::{Algorithm, TENANT_PLACEHOLDER};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use serde_json::Value;
use thiserror::Error;

/// Smaller RSA keys are refused.
const MIN_RSA_BITS: usize = 2048;
/// Larger RSA keys are refused: checking takes time that grows with the square.
const MAX_RSA_BITS: usize = 4096;

/// The current keys of an issuer. Two sets are equal when they hold the same usable keys in the same order.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    skipped: Vec<String>,
}

/// One public key that is strong enough and known to load.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    id: Option<String>,
    issuer: Option<String>,
    algorithms: Vec<Algorithm>,
    parameters: AlgorithmParameters,
    decoding: DecodingKey,
}

/// Why a text holds no keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not a JWK set.
    #[error("not a JSON object with a list `keys`")]
    NotAKeySet,
    /// Not a public key in PEM form.
    #[error("not a public key in PEM form (`BEGIN PUBLIC KEY`) of RSA, P-256 or Ed25519")]
    NotAPublicKey,
    /// A key that cannot be used; the text says why.
    #[error("{0}")]
    Unusable(&'static str),
}

impl KeySet {
    /// The signing keys of a JWK set. Entries that cannot be used are left out, as RFC 7517 asks, and listed by
    /// [`KeySet::skipped`].
    pub fn from_jwks(json: &str) -> Result<KeySet, KeyError> {
        let set: Value = serde_json::from_str(json).map_err(|_| KeyError::NotAKeySet)?;
        let entries = set.get("keys").and_then(Value::as_array).ok_or(KeyError::NotAKeySet)?;
        let mut found = KeySet::default();
        for (position, entry) in entries.iter().enumerate() {
            match Key::from_jwk(entry) {
                Ok(key) => found.keys.push(key),
                Err(reason) => found.skipped.push(format!("key {position}: {reason}")),
            }
        }
        Ok(found)
    }

    /// A single public key in PEM form. Without `kid` it serves tokens with any key id.
    pub fn from_pem(pem: &str, kid: Option<&str>) -> Result<KeySet, KeyError> {
        let public = ["-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----"];
        if !public.iter().any(|label| pem.contains(label)) {
            return Err(KeyError::NotAPublicKey);
        }
        let pem = pem.trim().as_bytes();
        let decoding = DecodingKey::from_rsa_pem(pem)
            .or_else(|_| DecodingKey::from_ec_pem(pem))
            .or_else(|_| DecodingKey::from_ed_pem(pem))
            .map_err(|_| KeyError::NotAPublicKey)?;
        let parameters = Jwk::from_decoding_key(&decoding, None).map_err(|_| KeyError::NotAPublicKey)?.algorithm;
        let key = Key::new(kid.map(str::to_owned), None, parameters)?;
        Ok(KeySet { keys: vec![key], skipped: Vec::new() })
    }

    /// How many keys can be used.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether some key can check this algorithm.
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        self.keys.iter().any(|key| key.algorithms.contains(&algorithm))
    }

    /// The entries of the JWK set that were left out, and why.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// The key with this id for this algorithm. A lone key also serves tokens without id, and with any id when it has
    /// none itself.
    pub(crate) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let fits = |key: &&Key| key.algorithms.contains(&algorithm);
        if let [lone] = self.keys.as_slice()
            && (kid.is_none() || lone.id.is_none())
        {
            return Some(lone).filter(fits);
        }
        let kid = kid?;
        self.keys.iter().filter(fits).find(|key| key.id.as_deref() == Some(kid))
    }
}

impl PartialEq for KeySet {
    fn eq(&self, other: &Self) -> bool {
        let facts = |key: &Key| (key.id.clone(), key.issuer.clone(), key.algorithms.clone(), key.parameters.clone());
        self.keys.len() == other.keys.len() && self.keys.iter().zip(&other.keys).all(|(a, b)| facts(a) == facts(b))
    }
}

impl Key {
    fn from_jwk(entry: &Value) -> Result<Key, KeyError> {
        let jwk: Jwk = serde_json::from_value(entry.clone()).map_err(|_| KeyError::Unusable("not a JWK"))?;
        if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return Err(KeyError::Unusable("its `use` is not `sig`"));
        }
        if jwk.common.key_operations.as_ref().is_some_and(|operations| !operations.contains(&KeyOperations::Verify)) {
            return Err(KeyError::Unusable("its `key_ops` do not include `verify`"));
        }
        let text = |name| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut key = Key::new(text("kid"), text("issuer"), jwk.algorithm)?;
        if let Some(name) = text("alg") {
            key.algorithms.retain(|algorithm| algorithm.name() == name);
        }
        if key.algorithms.is_empty() {
            return Err(KeyError::Unusable(
                "its `alg` is not one of RS256, PS256, ES256, EdDSA, or not one of its type",
            ));
        }
        Ok(key)
    }

    fn new(id: Option<String>, issuer: Option<String>, parameters: AlgorithmParameters) -> Result<Key, KeyError> {
        let (algorithms, decoding) = load(&parameters)?;
        // The library decodes the key anew for each token; asking once here keeps broken ones out.
        for algorithm in &algorithms {
            (DEFAULT_PROVIDER.verifier_factory)(&library_name(*algorithm), &decoding)
                .map_err(|_| KeyError::Unusable("its numbers are not a public key"))?;
        }
        Ok(Key { id, issuer, algorithms, parameters, decoding })
    }

    /// Whether this key may sign for `iss`. Keys of tenant-independent metadata say whom they belong to.
    pub(crate) fn speaks_for(&self, iss: &str, tid: Option<&str>) -> bool {
        match &self.issuer {
            None => true,
            Some(own) => own.replace(TENANT_PLACEHOLDER, tid.unwrap_or_default()) == iss,
        }
    }

    /// Whether `signature` (base64url) is this key's over `message`.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &str, signature: &str) -> bool {
        let algorithm = library_name(algorithm);
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.decoding, algorithm).unwrap_or(false)
    }
}

/// The key in the library's form, and the algorithms its type can serve.
fn load(parameters: &AlgorithmParameters) -> Result<(Vec<Algorithm>, DecodingKey), KeyError> {
    match parameters {
        AlgorithmParameters::RSA(rsa) => {
            let modulus = bytes(&rsa.n)?;
            let exponent = bytes(&rsa.e)?;
            if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bit_length(&modulus)) {
                return Err(KeyError::Unusable("an RSA key must have 2048 to 4096 bits"));
            }
            // With 1 as exponent everyone can sign.
            if !(2..=32).contains(&bit_length(&exponent)) || exponent.last().is_none_or(|end| end % 2 == 0) {
                return Err(KeyError::Unusable("an RSA exponent must be odd, from 3 to 32 bits"));
            }
            let decoding = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
            Ok((vec![Algorithm::Rs256, Algorithm::Ps256], decoding))
        }
        AlgorithmParameters::EllipticCurve(point) => {
            if point.curve != EllipticCurve::P256 || bytes(&point.x)?.len() != 32 || bytes(&point.y)?.len() != 32 {
                return Err(KeyError::Unusable("an EC key must be a point of P-256"));
            }
            let decoding = DecodingKey::from_ec_components(&point.x, &point.y);
            Ok((vec![Algorithm::Es256], decoding.map_err(|_| KeyError::Unusable("not a point of P-256"))?))
        }
        AlgorithmParameters::OctetKeyPair(pair) => {
            // The library slices the first 32 bytes unasked, so the length is made sure of here.
            let x = bytes(&pair.x)?;
            if pair.curve != EllipticCurve::Ed25519 || x.len() != 32 {
                return Err(KeyError::Unusable("an OKP key must be one of Ed25519"));
            }
            Ok((vec![Algorithm::EdDsa], DecodingKey::from_ed_der(&x)))
        }
        _ => Err(KeyError::Unusable("its `kty` is not RSA, EC or OKP")),
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, KeyError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Unusable("a number of it is not base64url without padding"))
}

fn bit_length(number: &[u8]) -> usize {
    let digits = number.iter().skip_while(|byte| **byte == 0);
    let zeros = digits.clone().next().map_or(0, |byte| byte.leading_zeros() as usize);
    digits.count() * 8 - zeros
}

fn library_name(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    }
}

#[cfg(test)]
mod tests;
