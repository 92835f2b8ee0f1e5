//! The fuzzer finds what it should, and makes it small.

use std::panic::catch_unwind;
use std::time::Duration;

use super::Fuzz;

/// A folder of its own, gone at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fuzz-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("one"), "a eq (1)").unwrap();
        Self(path)
    }

    fn fuzz(&self) -> Fuzz<'static> {
        Fuzz { corpus: self.0.clone(), pieces: &["(", ")", "=="], rounds: 5_000, most: Duration::from_secs(1) }
    }

    fn found(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.0).unwrap().flatten();
        let found = files.filter(|file| file.file_name().to_string_lossy().starts_with("found-"));
        found.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn finds_a_panic_and_keeps_the_least_of_it() {
    let folder = Folder::new("panic");
    let failed = catch_unwind(|| {
        folder.fuzz().run(|input| {
            assert!(!input.windows(2).any(|pair| pair == b"(("), "twice");
            Ok("ok".to_owned())
        });
    });
    assert!(failed.is_err());
    assert_eq!(folder.found(), ["(("]);
    // From then on it is tried first.
    let rounds = Fuzz { rounds: 0, ..folder.fuzz() };
    assert!(
        catch_unwind(|| rounds.run(|input| if input == b"((" { Err("again".into()) } else { Ok(String::new()) }))
            .is_err()
    );
}

#[test]
fn finds_what_takes_several_steps() {
    let folder = Folder::new("steps");
    let depth = |input: &[u8]| input.windows(2).filter(|pair| *pair == b"==").count();
    let failed = catch_unwind(|| {
        folder.fuzz().run(|input| match depth(input) {
            depth @ 0..=5 => Ok(["a", "b", "c", "d", "e", "f"][depth].to_owned()),
            _ => Err("deep".to_owned()),
        });
    });
    assert!(failed.is_err());
}

#[test]
fn leaves_alone_what_holds() {
    let folder = Folder::new("holds");
    folder.fuzz().run(|input| Ok(format!("found `{}` at column {}", input.len(), input.len())));
    assert_eq!(folder.found(), Vec::<String>::new());
}
