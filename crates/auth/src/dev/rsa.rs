//! The RSA key of a development issuer, for tokens that others check: libraries of Entra take RS256 and nothing else.
//!
//! It follows from the issuer's own key, so that nothing more is kept. Making it takes a moment, so it is made when it
//! is needed first.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What libraries take without complaint.
const BITS: usize = 2048;

/// A key that signs, and checks what it signed.
pub(super) struct RsaKey {
    kid: String,
    /// Modulus and exponent, base64url.
    modulus: String,
    exponent: String,
    signing: EncodingKey,
    checking: DecodingKey,
}

impl RsaKey {
    /// The key that follows from this secret: always the same.
    pub(super) fn of(secret: &[u8]) -> Option<RsaKey> {
        let seed = Sha256::new().chain_update(b"vitae rsa").chain_update(secret).finalize().into();
        let key = RsaPrivateKey::new(&mut Draws { seed, drawn: 0 }, BITS).ok()?;
        let text = |number: Vec<u8>| URL_SAFE_NO_PAD.encode(number);
        let (modulus, exponent) = (text(key.n().to_bytes_be()), text(key.e().to_bytes_be()));
        // The thumbprint is over exactly these members in exactly this order (RFC 7638).
        let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        Some(RsaKey {
            kid: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)),
            signing: EncodingKey::from_rsa_der(key.to_pkcs1_der().ok()?.as_bytes()),
            checking: DecodingKey::from_rsa_components(&modulus, &exponent).ok()?,
            modulus,
            exponent,
        })
    }

    /// The header of its tokens.
    pub(super) fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": "RS256", "kid": self.kid })
    }

    /// The signature of a message, base64url.
    pub(super) fn sign(&self, message: &str) -> Option<String> {
        jsonwebtoken::crypto::sign(message.as_bytes(), &self.signing, Algorithm::RS256).ok()
    }

    /// Is it the signature of the message?
    pub(super) fn verifies(&self, message: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.checking, Algorithm::RS256).unwrap_or(false)
    }

    pub(super) fn public_jwk(&self) -> Value {
        let Self { kid, modulus, exponent, .. } = self;
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": exponent })
    }
}

/// Bytes that nobody without the seed can tell from random ones: SHA-256 of seed and counter.
struct Draws {
    seed: [u8; 32],
    drawn: u64,
}

impl RngCore for Draws {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize();
            self.drawn = self.drawn.wrapping_add(1);
            chunk.iter_mut().zip(block).for_each(|(byte, drawn)| *byte = drawn);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Draws {}
