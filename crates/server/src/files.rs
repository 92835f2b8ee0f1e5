//! Files written so that a reader sees all of them or nothing, secrets only their owner can read, and both stay when
//! the power goes: a new name is not sure to be there before its directory is synced.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Readers {
    /// Whoever the system's settings allow.
    Usual,
    /// Its owner.
    Owner,
}

/// Writes a file beside its place and moves it there, so that it appears complete.
pub(crate) fn write_whole(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = Path::new(&beside);
    // A leftover may have rights that are too wide; a new file cannot.
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = create(beside, readers).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(beside, path)).and_then(|()| sync_directory_of(path));
    if moved.is_err() {
        let _ = fs::remove_file(beside);
    }
    moved
}

/// Makes a directory, with those above it, that only its owner can enter; one that is there stays as it is.
pub(crate) fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let missing = |above: &&Path| !above.as_os_str().is_empty() && !above.exists();
    let made: Vec<&Path> = path.ancestors().take_while(missing).collect();
    builder.create(path)?;
    made.into_iter().try_for_each(sync_directory_of)
}

/// Waits until the name of a file or directory is on the disk.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Elsewhere a directory cannot be opened like a file, and names are kept in order with what is written.
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    Ok(())
}

fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if matches!(readers, Readers::Owner) {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}
