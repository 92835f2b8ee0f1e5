//! How long one authentication takes: of a token seen before, and of a new one.
//!
//! `cargo run --release -p auth --example speed`
#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]
#![expect(clippy::disallowed_methods, reason = "measures real time")]

use auth::dev::{DevIssuer, TokenRequest, TokenUser};
use auth::{Algorithm, Authenticator, Issuer, KeySet, Scopes, Tenancy, testing};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let issuer = DevIssuer::generate(&mut testing::random(1));
    let headers: Vec<String> = (0..1000).map(|number| header(&issuer, number)).collect();
    println!("header of {} bytes", headers.first().map_or(0, String::len));

    let authenticator = Authenticator::new(vec![issuer.as_issuer()?], 4096)?;
    let first = per_call(&authenticator, &headers, 1)?;
    println!("first sight, ES256: {:.1} µs", first / 1000.0);
    println!("seen before, 1000 tokens in turn: {:.0} ns", per_call(&authenticator, &headers, 1000)?);
    println!(
        "seen before, one token: {:.0} ns",
        per_call(&authenticator, headers.get(..1).unwrap_or_default(), 1_000_000)?
    );
    let threads: Vec<f64> = std::thread::scope(|scope| {
        let run = || per_call(&authenticator, &headers, 1000).unwrap_or(f64::NAN);
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(run)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    println!("seen before, two threads: {threads:.0?} ns");

    let rsa = Authenticator::new(vec![rsa_issuer()?], 0)?;
    let token = rsa_token()?;
    println!("no memory, RS256: {:.1} µs", per_call(&rsa, &[token], 1000)? / 1000.0);
    Ok(())
}

fn per_call(authenticator: &Authenticator, headers: &[String], rounds: usize) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    for _ in 0..rounds {
        for header in headers {
            black_box(authenticator.authenticate(Some(black_box(header.as_bytes())), NOW)?);
        }
    }
    let calls = u32::try_from(rounds * headers.len())?;
    Ok(start.elapsed().as_secs_f64() * 1e9 / f64::from(calls))
}

fn header(issuer: &DevIssuer, number: u128) -> String {
    let user = TokenUser { id: Uuid::from_u128(number + 1), upn: "ada@fjord.example".into(), name: "Ada".into() };
    let token = issuer.mint(&TokenRequest {
        tenant: Uuid::from_u128(1),
        user: Some(user),
        app_id: "app-1".into(),
        app_name: "App One".into(),
        scopes: Scopes::parse("User.ReadWrite.All"),
        ttl: 3600,
        now: NOW,
        ..TokenRequest::default()
    });
    format!("Bearer {token}")
}

fn rsa_issuer() -> Result<Issuer, Box<dyn Error>> {
    let keys = KeySet::from_pem(include_str!("../testdata/rsa.public.pem"), None)?;
    let mut issuer = Issuer::new("https://rsa.test", &["api"], keys, Tenancy::Fixed(Uuid::from_u128(1)));
    issuer.algorithms = vec![Algorithm::Rs256];
    Ok(issuer)
}

fn rsa_token() -> Result<String, Box<dyn Error>> {
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(include_bytes!("../testdata/rsa.private.pem"))?;
    let claims = serde_json::json!({ "iss": "https://rsa.test", "aud": "api", "exp": NOW + 60, "azp": "app-1",
        "scp": "User.Read", "oid": Uuid::from_u128(1) });
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256), &claims, &key)?;
    Ok(format!("Bearer {token}"))
}
