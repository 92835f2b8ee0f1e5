//! Text helpers: the vocabulary files' form, and letters folded to ASCII for user names and addresses.
//!
//! A vocabulary file is lines of `key  value` below `== name | share`; columns stand between ` | `, words between
//! commas.

/// One section of a vocabulary file.
pub(super) struct Section {
    /// What stands after `==`.
    pub(super) name: &'static str,
    /// The number after the name, 0 where there is none.
    pub(super) share: usize,
    lines: Vec<(&'static str, &'static str)>,
}

/// The columns of a line; absent ones are empty.
pub(super) type Row = [&'static str; 5];

impl Section {
    /// Every section of a file, in order.
    pub(super) fn all(file: &'static str) -> Vec<Self> {
        let mut sections: Vec<Self> = Vec::new();
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(title) = line.strip_prefix("== ") {
                let [name, share, ..] = columns(title);
                sections.push(Self { name, share: share.parse().unwrap_or(0), lines: Vec::new() });
            } else if let (Some((key, value)), Some(section)) = (line.split_once(' '), sections.last_mut()) {
                section.lines.push((key, value.trim()));
            }
        }
        sections
    }

    /// The lines of a key, each cut into columns.
    pub(super) fn rows(&self, key: &str) -> Vec<Row> {
        self.values(key).map(columns).collect()
    }

    /// The first line of a key, cut into columns.
    pub(super) fn row(&self, key: &str) -> Row {
        self.values(key).next().map(columns).unwrap_or_default()
    }

    /// The first column of a key's first line.
    pub(super) fn word(&self, key: &str) -> &'static str {
        let [word, ..] = self.row(key);
        word
    }

    /// The words of a key's lines.
    pub(super) fn words(&self, key: &str) -> Vec<&'static str> {
        self.values(key).flat_map(|value| value.split(", ")).collect()
    }

    fn values<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'static str> + 's {
        self.lines.iter().filter(move |(name, _)| *name == key).map(|(_, value)| *value)
    }
}

fn columns(value: &'static str) -> Row {
    let mut parts = value.split(" | ").map(str::trim);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// ASCII spellings and the lower-case letters that are written so. Accents that stand alone are dropped.
const SPELLINGS: [(&str, &str); 24] = [
    ("a", "àáâãäåāăąạảấầẩẫậắằẳẵặǎ"),
    ("ae", "æ"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęěẹẻẽếềểễệ"),
    ("g", "ĝğġģǧ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįıịỉǐ"),
    ("j", "ĵ"),
    ("k", "ķǩ"),
    ("l", "ĺļľł"),
    ("n", "ñńņňŋ"),
    ("o", "òóôõöøōŏőọỏốồổỗộơớờởỡợǒ"),
    ("oe", "œ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšṣș"),
    ("ss", "ß"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųụủưứừửữựǔ"),
    ("w", "ŵ"),
    ("y", "ýÿŷỳỹỷỵ"),
    ("z", "źżž"),
    ("'", "’"),
];

/// The text in ASCII, capitals kept; letters of other scripts vanish.
pub(super) fn ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            folded.push(letter);
            continue;
        }
        let small = letter.to_lowercase().next().unwrap_or(letter);
        let found = SPELLINGS.iter().find(|(_, letters)| letters.contains(small)).map(|(spelling, _)| *spelling);
        match found {
            Some(spelling) if small != letter => folded.push_str(&capitalized(spelling)),
            Some(spelling) => folded.push_str(spelling),
            // The dotted capital I lower-cases to a plain i and a dot.
            None if small.is_ascii() => folded.push(small.to_ascii_uppercase()),
            None => {}
        }
    }
    folded
}

fn capitalized(spelling: &str) -> String {
    let mut letters = spelling.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A lower-case ASCII form for user names and URL segments: letters, digits, single hyphens.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in ascii(text).chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if matches!(letter, ' ' | '-' | '/') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}
