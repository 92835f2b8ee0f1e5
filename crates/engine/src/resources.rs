//! What a service must be able to do for the protocol to serve it.

/// The data behind a service.
pub trait Resources: Send + Sync + 'static {
    /// Who is asking.
    type Caller: Send + Sync;
}
