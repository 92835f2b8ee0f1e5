//! Inputs that are requests: `METHOD url`, lines `name: value`, an empty line, and the body.

/// A request as text. What of it is fit for HTTP is for the target to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path and the query.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads an input; anything is a request of some kind.
    pub fn read(input: &[u8]) -> Self {
        let end = input.windows(2).position(|pair| pair == b"\n\n");
        let (head, body) = end.and_then(|end| input.split_at_checked(end)).unwrap_or((input, &[]));
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let (method, url) = lines.next().unwrap_or_default().split_once(' ').unwrap_or_default();
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: lines.filter_map(header).collect(),
            body: body.get(2..).unwrap_or_default().to_vec(),
        }
    }

    /// The signs of its URL, without the words: what kind of URL it is.
    pub fn shape(&self) -> String {
        self.url.chars().filter(|letter| !letter.is_ascii_alphanumeric()).take(12).collect()
    }

    /// What came of a request of that shape: the status in letters, because figures do not tell outcomes apart.
    pub fn outcome(status: u16, shape: &str) -> String {
        let letter = |digit: u8| char::from(digit - b'0' + b'a');
        status.to_string().bytes().map(letter).chain(shape.chars()).collect()
    }
}
