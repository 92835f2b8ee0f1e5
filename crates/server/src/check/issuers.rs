//! Can each token issuer of the settings be reached, is it who it should be, do its keys fit, does its clock agree?
//!
//! Each finding ends with what to change. Issuers whose keys are in the settings are asked nothing.

use auth::{Algorithm, Issuer, KeySet, Published};

use crate::clock::{TICKS_PER_SECOND, wall};
use crate::issuers::{Http, Remote, Trusted};

/// What is wrong with these issuers.
pub(super) async fn look(issuers: &[Trusted]) -> Vec<String> {
    let mut findings = Vec::new();
    for Trusted { issuer, remote } in issuers {
        let found = match remote {
            None => fitting_keys(issuer, &issuer.keys).into_iter().collect(),
            Some(remote) => match published(issuer, remote).await {
                Ok(published) => judge(issuer, &published, wall().div_euclid(TICKS_PER_SECOND)),
                Err(finding) => vec![finding],
            },
        };
        findings.extend(found.into_iter().map(|finding| format!("issuer `{}`: {finding}", issuer.name)));
    }
    findings
}

async fn published(issuer: &Issuer, remote: &Remote) -> Result<Published, String> {
    let http = Http::new(&remote.route)?;
    let published = remote.source.look(&issuer.name, &http).await;
    published.map_err(|error| format!("{error}; {}", error.mend()))
}

/// What is wrong with what an issuer publishes at `now`, in Unix seconds.
fn judge(issuer: &Issuer, published: &Published, now: i64) -> Vec<String> {
    let mut findings: Vec<String> = fitting_keys(issuer, &published.keys).into_iter().collect();
    if let Some(ahead) = published.date.map(|date| date.saturating_sub(now))
        && ahead.unsigned_abs() > u64::from(issuer.leeway)
    {
        let (seconds, side) = (ahead.unsigned_abs(), if ahead > 0 { "ahead of" } else { "behind" });
        findings.push(format!(
            "its clock is {seconds} s {side} this machine's, and `leeway` allows {} s; set both clocks by NTP, or raise \
             `leeway` (to at most 300)",
            issuer.leeway
        ));
    }
    findings
}

/// Keys must be there for some algorithm that tokens may use.
fn fitting_keys(issuer: &Issuer, keys: &KeySet) -> Option<String> {
    if issuer.algorithms.iter().any(|algorithm| keys.serves(*algorithm)) {
        return None;
    }
    let names = |algorithms: &mut dyn Iterator<Item = Algorithm>| {
        algorithms.map(|algorithm| format!("\"{algorithm}\"")).collect::<Vec<_>>().join(", ")
    };
    let allowed = names(&mut issuer.algorithms.iter().copied());
    let served = names(&mut Algorithm::ALL.into_iter().filter(|algorithm| keys.serves(*algorithm)));
    Some(format!(
        "its keys are for {served}, `algorithms` allows {allowed} only; set `algorithms` to what it signs with"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::Tenancy;
    use auth::dev::DevIssuer;
    use expect_test::{Expect, expect};

    fn check(algorithms: &[Algorithm], date: Option<i64>, expected: &Expect) {
        let keys = KeySet::from_jwks(&DevIssuer::generate(&mut auth::testing::random(1)).jwks()).unwrap();
        let mut issuer =
            Issuer::new("https://login.example", &["api"], keys.clone(), Tenancy::Fixed(uuid::Uuid::nil()));
        issuer.algorithms = algorithms.to_vec();
        let published = Published { keys, date };
        expected.assert_eq(&judge(&issuer, &published, 1_000).join("\n"));
    }

    #[test]
    fn keys_and_clocks() {
        let es = [Algorithm::Rs256, Algorithm::Es256];
        check(&es, None, &expect![""]);
        check(&es, Some(1_060), &expect![""]);
        check(
            &es,
            Some(1_061),
            &expect![
                "its clock is 61 s ahead of this machine's, and `leeway` allows 60 s; set both clocks by NTP, or raise `leeway` (to at most 300)"
            ],
        );
        check(
            &[Algorithm::Rs256],
            Some(0),
            &expect![[r#"
                its keys are for "ES256", `algorithms` allows "RS256" only; set `algorithms` to what it signs with
                its clock is 1000 s behind this machine's, and `leeway` allows 60 s; set both clocks by NTP, or raise `leeway` (to at most 300)"#]],
        );
    }
}
