//! A small fuzzer for tests: it changes known inputs by chance, keeps those that lead to something new, and tells of
//! the first that panics, takes too long, or is judged wrong.
//!
//! A target is a function from bytes to what came of them, as a short text: `ok`, a status, the kind of an error. Texts
//! that were not seen before take the place of coverage, which stable compilers do not measure. Inputs lie in a folder,
//! one file each; what is found is put there, smaller if possible, and is tried first from then on.
//!
//! Without being told more it tries a fixed number of inputs from a fixed seed, so that a test suite repeats itself.
//! `VITAE_FUZZ_MINUTES` makes it go on for so long from another seed (`VITAE_FUZZ_SEED` from that one);
//! `cargo xtask fuzz` sets them. Beside it: whether a history is linearizable ([`linear`]). It needs nothing but the
//! standard library and knows nothing of what it tests.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test tool: it fails tests, and is bounded by time"
)]

mod dice;
pub mod linear;
mod mutate;
mod request;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub use dice::Dice;
pub use request::Request;

/// What to do with inputs.
pub struct Fuzz<'a> {
    /// The folder of inputs; its last part is the name of the target.
    pub corpus: PathBuf,
    /// What inputs of this kind are made of: put in at random.
    pub pieces: &'a [&'a str],
    /// How many inputs to try when nothing is said of time.
    pub rounds: u64,
    /// The longest that one input may take, when inputs are tried at length.
    pub most: Duration,
}

/// The variable that says how long to go on.
const MINUTES: &str = "VITAE_FUZZ_MINUTES";

/// Most bytes of an input that is made.
const LONGEST: usize = 4_096;

/// Most inputs that are kept as starting points.
const KEPT: usize = 2_000;

impl Fuzz<'_> {
    /// Tries the inputs of the folder, then others; panics with the first that fails.
    ///
    /// `target` says what came of an input; `Err` and panics are failures.
    pub fn run(&self, target: impl Fn(&[u8]) -> Result<String, String>) {
        let mut known = self.known();
        assert!(!known.is_empty(), "no inputs in {}", self.corpus.display());
        let mut seen = HashSet::new();
        for input in &known {
            seen.insert(self.attempt(input, &target));
        }
        let minutes = number(MINUTES);
        let seed = number("VITAE_FUZZ_SEED").or(minutes.map(|_| now())).unwrap_or(0);
        let end = minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60));
        let mut dice = Dice::new(seed);
        let mut tried = 0;
        while end.map_or(tried < self.rounds, |end| Instant::now() < end) {
            let input = mutate::mutate(&known, self.pieces, LONGEST, &mut dice);
            tried += 1;
            if seen.insert(self.attempt(&input, &target)) && known.len() < KEPT {
                known.push(input);
            }
        }
        println!("{}: {tried} inputs, {} outcomes, seed {seed}", self.corpus.display(), seen.len());
    }

    /// What came of an input, without what is quoted and counted in it.
    fn attempt(&self, input: &[u8], target: &impl Fn(&[u8]) -> Result<String, String>) -> String {
        match self.outcome(input, target) {
            Ok(said) => said,
            Err(why) => {
                let small = mutate::smaller(input, |input| self.outcome(input, target).is_err());
                let why = self.outcome(&small, target).err().unwrap_or(why);
                let kept = self.keep(&small);
                panic!("{why}\nof {:?}\n{kept}", String::from_utf8_lossy(&small));
            }
        }
    }

    fn outcome(&self, input: &[u8], target: &impl Fn(&[u8]) -> Result<String, String>) -> Result<String, String> {
        let start = Instant::now();
        let said = catch_unwind(AssertUnwindSafe(|| target(input))).unwrap_or_else(|_| Err("it panics".to_owned()))?;
        let spent = start.elapsed();
        // A machine that is busy with other tests is no fault of the input.
        if at_length() && spent > self.most {
            return Err(format!("it takes {spent:?}, expected at most {:?}", self.most));
        }
        Ok(outline(&said))
    }

    fn known(&self) -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(&self.corpus)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", self.corpus.display()));
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
    }

    /// Puts an input into the folder; says where.
    fn keep(&self, input: &[u8]) -> String {
        let hash = input
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let path = self.corpus.join(format!("found-{hash:016x}"));
        match write(&path, input) {
            Ok(()) => format!("kept as {}", path.display()),
            Err(error) => format!("{} cannot be written: {error}", path.display()),
        }
    }
}

fn write(path: &Path, input: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, input)
}

/// The text without digits and without what is quoted: what kind of outcome it was.
fn outline(said: &str) -> String {
    let mut quoted = false;
    let mut outline = String::new();
    for letter in said.chars() {
        quoted ^= letter == '`';
        if !quoted && !letter.is_ascii_digit() && outline.len() < 200 {
            outline.push(letter);
        }
    }
    outline
}

fn at_length() -> bool {
    number(MINUTES).is_some()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}
