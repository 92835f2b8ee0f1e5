//! A disk as POSIX lets it be: what is written to a file is there for sure once the file was synced, and a name once
//! its folder was. Of what was not, a power cut leaves any part, a write may be torn, and names go back in order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fuzz::Dice;

use super::log::What;
use crate::failure::{Because, Outcome};

/// What a cut leaves of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    Everything,
    /// Of each piece of so many bytes, by chance.
    Pieces(usize),
    /// What came before some moment, the last write of it torn.
    Beginning,
}

/// A change of a file that is not durable yet.
#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

/// A change of names within one folder.
#[derive(Debug, Clone)]
enum Naming {
    Made(PathBuf, Node),
    Moved(PathBuf, PathBuf),
    Gone(PathBuf),
}

#[derive(Debug, Default)]
struct File {
    durable: Vec<u8>,
    changes: Vec<(usize, Change)>,
}

/// The disk after the changes told so far.
#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
    files: Vec<File>,
    /// The files by the number that the real disk gave them last.
    numbers: BTreeMap<u64, usize>,
    folders: BTreeMap<u64, PathBuf>,
    names: BTreeMap<PathBuf, Node>,
    /// By folder.
    namings: BTreeMap<PathBuf, Vec<(usize, Naming)>>,
    /// Changes told.
    count: usize,
    /// Whether syncs do what they say.
    honest: bool,
}

impl Disk {
    /// An empty folder, which is there whatever happens.
    pub(super) fn new(root: &Path, number: u64, honest: bool) -> Disk {
        Disk {
            root: root.to_owned(),
            files: Vec::new(),
            numbers: BTreeMap::new(),
            folders: BTreeMap::from([(number, root.to_owned())]),
            names: BTreeMap::new(),
            namings: BTreeMap::new(),
            count: 0,
            honest,
        }
    }

    /// Carries out a change.
    pub(super) fn tell(&mut self, what: &What) {
        self.count += 1;
        match what.clone() {
            What::Create { file, path } => {
                self.numbers.insert(file, self.files.len());
                self.name(&path.clone(), Naming::Made(path, Node::File(self.files.len())));
                self.files.push(File::default());
            }
            What::Folder { file, path } => {
                self.folders.insert(file, path.clone());
                self.name(&path.clone(), Naming::Made(path, Node::Folder));
            }
            What::Write { file, offset, data } => self.change(file, Change::Write { offset, data }),
            What::Truncate { file, length } => self.change(file, Change::Truncate { length }),
            What::Rename { from, to } => self.name(&from.clone(), Naming::Moved(from, to)),
            What::Unlink { path } => self.name(&path.clone(), Naming::Gone(path)),
            What::Sync { file } if self.honest => self.sync(file),
            What::Sync { .. } => {}
        }
    }

    fn change(&mut self, number: u64, change: Change) {
        let file = self.numbers.get(&number).and_then(|at| self.files.get_mut(*at));
        if let Some(file) = file {
            file.changes.push((self.count, change));
        }
    }

    fn name(&mut self, path: &Path, naming: Naming) {
        let folder = path.parent().unwrap_or(path).to_owned();
        self.namings.entry(folder).or_default().push((self.count, naming));
    }

    fn sync(&mut self, number: u64) {
        if let Some(folder) = self.folders.get(&number) {
            for (_, naming) in self.namings.remove(folder).unwrap_or_default() {
                apply_naming(&mut self.names, naming);
            }
        } else if let Some(file) = self.numbers.get(&number).and_then(|at| self.files.get_mut(*at)) {
            for (_, change) in std::mem::take(&mut file.changes) {
                apply_change(&mut file.durable, &change);
            }
        }
    }

    /// Makes in `target` what a cut now may leave.
    pub(super) fn cut(&self, left: Left, dice: &mut Dice, target: &Path) -> Outcome {
        // Changes later than this are gone, where a cut leaves a beginning.
        let pending = self.files.iter().flat_map(|file| &file.changes).map(|(at, _)| *at);
        let first = pending.min().unwrap_or(self.count);
        let moment = first + dice.below(self.count + 1 - first);
        let mut names = self.names.clone();
        for namings in self.namings.values() {
            let kept = match left {
                Left::Nothing => 0,
                Left::Everything => namings.len(),
                Left::Pieces(_) => dice.below(namings.len() + 1),
                Left::Beginning => namings.partition_point(|(at, _)| *at <= moment),
            };
            namings.iter().take(kept).for_each(|(_, naming)| apply_naming(&mut names, naming.clone()));
        }
        // Parents sort before what is in them; what is in a folder that is gone is gone.
        for (path, node) in names {
            let Ok(inner) = path.strip_prefix(&self.root) else { continue };
            let path = target.join(inner);
            if !path.parent().is_some_and(Path::exists) {
                continue;
            }
            match node {
                Node::Folder => std::fs::create_dir(&path).or_fail(path.display())?,
                Node::File(at) => {
                    let content = self.files.get(at).map(|file| file.after(left, moment, dice)).unwrap_or_default();
                    std::fs::write(&path, content).or_fail(path.display())?;
                }
            }
        }
        Ok(())
    }
}

impl File {
    fn after(&self, left: Left, moment: usize, dice: &mut Dice) -> Vec<u8> {
        let mut content = self.durable.clone();
        for (at, change) in &self.changes {
            match left {
                Left::Nothing => {}
                Left::Everything => apply_change(&mut content, change),
                Left::Pieces(size) => apply_pieces(&mut content, change, size, dice),
                Left::Beginning if *at < moment => apply_change(&mut content, change),
                Left::Beginning if *at == moment => apply_pieces(&mut content, change, 512, dice),
                Left::Beginning => {}
            }
        }
        content
    }
}

fn apply_naming(names: &mut BTreeMap<PathBuf, Node>, naming: Naming) {
    match naming {
        Naming::Made(path, node) => _ = names.insert(path, node),
        Naming::Moved(from, to) => {
            if let Some(node) = names.remove(&from) {
                names.insert(to, node);
            }
        }
        Naming::Gone(path) => _ = names.remove(&path),
    }
}

fn apply_change(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate { length } => content.resize(*length, 0),
        Change::Write { offset, data } => place(content, *offset, data),
    }
}

/// Does by chance each part of a change that lies within a piece of the disk.
fn apply_pieces(content: &mut Vec<u8>, change: &Change, size: usize, dice: &mut Dice) {
    let Change::Write { offset, data } = change else {
        if dice.below(2) == 0 {
            apply_change(content, change);
        }
        return;
    };
    let (mut offset, mut rest) = (*offset, data.as_slice());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(size - offset % size));
        if dice.below(2) == 0 {
            place(content, offset, piece);
        }
        offset += piece.len();
        rest = after;
    }
}

fn place(content: &mut Vec<u8>, offset: usize, data: &[u8]) {
    content.resize(content.len().max(offset + data.len()), 0);
    if let Some(part) = content.get_mut(offset..offset + data.len()) {
        part.copy_from_slice(data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in a folder: its name and content after the changes and a cut.
    fn after(honest: bool, left: Left, changes: &[What]) -> Vec<(String, String)> {
        let root = Path::new("/lab");
        let mut disk = Disk::new(root, 1, honest);
        changes.iter().for_each(|what| disk.tell(what));
        let target = tempfile::tempdir().unwrap();
        disk.cut(left, &mut Dice::new(1), target.path()).unwrap();
        let entries = std::fs::read_dir(target.path()).unwrap().map(|entry| {
            let entry = entry.unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        });
        entries.collect()
    }

    fn write(text: &str) -> What {
        What::Write { file: 2, offset: 0, data: text.into() }
    }

    #[test]
    fn only_what_was_synced_is_sure() {
        let create = What::Create { file: 2, path: "/lab/a".into() };
        let (name, content) = (What::Sync { file: 1 }, What::Sync { file: 2 });
        let is = |left: &[(String, String)], expected: &[(&str, &str)]| {
            let left: Vec<_> = left.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            assert_eq!(left, expected);
        };
        let unnamed = [create.clone(), write("one"), content.clone()];
        is(&after(true, Left::Nothing, &unnamed), &[]);
        is(&after(true, Left::Everything, &unnamed), &[("a", "one")]);
        let sure = [create.clone(), write("one"), content, name.clone(), write("two")];
        is(&after(true, Left::Nothing, &sure), &[("a", "one")]);
        is(&after(true, Left::Everything, &sure), &[("a", "two")]);
        is(&after(false, Left::Nothing, &sure), &[]);
        let moved = What::Rename { from: "/lab/a".into(), to: "/lab/b".into() };
        is(&after(true, Left::Nothing, &[create.clone(), name.clone(), moved.clone()]), &[("a", "")]);
        is(&after(true, Left::Nothing, &[create, moved, name]), &[("b", "")]);
    }
}
