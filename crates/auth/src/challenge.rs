//! The text of `WWW-Authenticate` challenges (RFC 6750, section 3).
//!
//! Only text: which answer carries it, and with which status, is the server's business.

use crate::error::AuthError;

impl AuthError {
    /// The challenge that goes with this error. It names no error when no bearer token was sent, as RFC 6750 asks.
    pub fn challenge(&self, realm: &str, authorization_uri: &str) -> String {
        let error = match self {
            AuthError::Missing | AuthError::Scheme => return no_token(realm, authorization_uri),
            AuthError::MultipleTokens => "invalid_request",
            _ => "invalid_token",
        };
        format!(
            "{}, error=\"{error}\", error_description=\"{}\"",
            no_token(realm, authorization_uri),
            quotable(&self.explain())
        )
    }
}

/// The challenge to a request without a token.
fn no_token(realm: &str, authorization_uri: &str) -> String {
    format!("Bearer realm=\"{}\", authorization_uri=\"{}\"", quotable(realm), quotable(authorization_uri))
}

/// RFC 6750 allows printable ASCII without `"` and `\` in these values; the rest becomes `'`.
fn quotable(text: &str) -> String {
    let plain = |c: char| {
        if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '\'' }
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(error: &AuthError, expected: &Expect) {
        expected.assert_eq(&error.challenge("vitae", "https://login.example/authorize"));
    }

    #[test]
    fn names_no_error_without_a_token() {
        check(
            &AuthError::Missing,
            &expect![[r#"Bearer realm="vitae", authorization_uri="https://login.example/authorize""#]],
        );
        check(
            &AuthError::Scheme,
            &expect![[r#"Bearer realm="vitae", authorization_uri="https://login.example/authorize""#]],
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_token() {
        check(
            &AuthError::Expired { seconds: 7 },
            &expect![[
                r#"Bearer realm="vitae", authorization_uri="https://login.example/authorize", error="invalid_token", error_description="the token expired 7 s ago; ask for a new one""#
            ]],
        );
        assert!(AuthError::MultipleTokens.challenge("r", "u").contains("error=\"invalid_request\""));
    }

    #[test]
    fn nothing_escapes_the_quotes() {
        let error = AuthError::Audience { expected: "a\"b\\c\r\nX: ü".into() };
        let text = error.challenge("re\"alm\n", "u\"");
        assert!(text.is_ascii() && !text.contains(['\r', '\n', '\\']));
        assert_eq!(text.matches('"').count(), 8, "{text}");
    }
}
