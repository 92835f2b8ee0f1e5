//! Changes that others may overtake: each is tried on what was read, and again on what is there then.

use engine::{Problem, contention};

/// How often something is tried when others change the same meanwhile.
const MOST: usize = 16;

/// Tries until something comes of it; `None` says that others were quicker.
pub(crate) async fn retrying<T, F>(attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<Option<T>, Problem>>,
{
    for _ in 0..MOST {
        if let Some(done) = attempt().await? {
            return Ok(done);
        }
    }
    Err(contention())
}
