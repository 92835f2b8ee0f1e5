//! What is invisible might as well not be there: random people, items, rules, callers and queries; each answer, byte
//! for byte, against that of a service over a store from which the items that the caller may not see were taken out.
//!
//! Which those are is said once more here, from what the items say of themselves and the words of `docs/privacy.md`.
//! A thousand queries in the suite; `cargo xtask prove privacy` asks a hundred thousand.

mod judge;
mod queries;
mod scene;

use fuzz::Dice;
use http::Method;

use judge::Who;
use scene::Scene;

use super::harness::World;

/// Queries of one caller over one scene.
const ASKED: usize = 25;

#[test]
fn the_invisible_might_as_well_not_be_there() {
    let number =
        |name: &str, usual: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let long = std::env::var_os("VITAE_LONG").is_some();
    let wanted = number("VITAE_QUERIES", if long { 100_000 } else { 1_000 });
    let first = number("VITAE_SEED", 1) as u64;
    let (mut asked, mut seed, mut hidden, mut full) = (0, first, 0, 0);
    while asked < wanted {
        let mut dice = Dice::new(seed);
        let scene = Scene::new(&mut dice);
        for _ in 0..4 {
            let who = Who::random(&mut dice, &scene);
            hidden += compare(seed, &mut dice, &scene, &who, &mut full);
            asked += ASKED;
        }
        seed += 1;
    }
    println!("{asked} queries over {} scenes; {hidden} items hidden, {full} answers with content", seed - first);
    assert!(hidden > 0 && full > asked / 10, "the queries prove nothing: {hidden} {full}");
}

/// Asks both; says how many items are hidden.
fn compare(seed: u64, dice: &mut Dice, scene: &Scene, who: &Who, full: &mut usize) -> usize {
    let (whole, _) = scene.world_for(None);
    let (without, hidden) = scene.world_for(Some(who));
    let caller = who.caller();
    for _ in 0..ASKED {
        let mut next = Some(queries::random(dice, scene, &whole));
        // Writes end the story of this caller: they are compared, and so is all that follows.
        for _ in 0..8 {
            let Some(query) = next.take() else { break };
            let [one, other] = [&whole, &without].map(|world| world.whole(&caller, &query));
            assert_eq!(one, other, "seed {seed}, {who:?}: {query:?}");
            *full += usize::from(one.status == 200 && one.body.len() > 200);
            next = (query.method == Method::GET).then(|| one.next_link()).flatten().map(|url| query.at(url));
        }
    }
    hidden
}

/// An answer as it goes out.
#[derive(Debug, PartialEq, Eq)]
struct Raw {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Raw {
    fn next_link(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        body["@odata.nextLink"].as_str()?.strip_prefix("http://here/beta/").map(str::to_owned)
    }
}

impl World {
    /// The answer to a query, or to a batch.
    fn whole(&self, caller: &auth::Caller, query: &queries::Query) -> Raw {
        let mut map = http::HeaderMap::new();
        for (name, value) in &query.headers {
            map.append(*name, http::HeaderValue::from_str(value).unwrap());
        }
        if !query.body.is_empty() {
            map.insert("content-type", http::HeaderValue::from_static("application/json"));
        }
        let (path, options) = match query.url.split_once('?') {
            Some((path, options)) => (path, Some(options)),
            None => (query.url.as_str(), None),
        };
        let exchange =
            engine::Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
        let (method, root, body) = (query.method.clone(), "http://here/beta", query.body.clone().into());
        let request = engine::Request { method, root, path, query: options, headers: &map, body, exchange };
        let response = match path {
            "$batch" => self.wait(self.service.batch(caller, request, &["/beta", "/v1.0"])),
            _ => self.wait(self.service.serve(caller, &request)),
        };
        let told = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let mut headers: Vec<_> = response.headers.iter().map(told).collect();
        headers.sort();
        let body = String::from_utf8_lossy(&response.body).into_owned();
        Raw { status: response.status.as_u16(), headers, body }
    }
}
