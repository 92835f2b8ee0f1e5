//! What an operator may choose about people and profiles.

/// May an app without a person write profiles? The two published sources disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppWrites {
    /// Yes, with `User.ReadWrite.All`, as the permissions data says.
    #[default]
    PermissionsData,
    /// No, as the documentation pages say.
    Documentation,
}

/// The name under which [`Settings::items_per_collection`] is set.
pub const ITEMS_SETTING: &str = "quotas.items_per_collection";

/// The name under which [`Settings::keys_kept`] is set.
pub const KEYS_SETTING: &str = "quotas.idempotency_hours";

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// May an app without a person write profiles?
    pub app_writes: AppWrites,
    /// Most items in one collection of one person.
    pub items_per_collection: usize,
    /// For how long it is known what a request with an `Idempotency-Key` has made, in ticks of 100 ns.
    pub keys_kept: i64,
    /// May anyone read, without a token, what is for `everyone`?
    pub public_pages: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            app_writes: AppWrites::default(),
            items_per_collection: 1000,
            keys_kept: 24 * 3600 * 10_000_000,
            public_pages: false,
        }
    }
}
