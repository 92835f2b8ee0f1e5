//! Which address is which endpoint.

use http::Method;

/// An endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Discovery,
    Instance,
    Keys,
    Authorize,
    Token,
    DeviceCode,
    Device,
    Logout,
    UserInfo,
}

/// An endpoint of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dev) struct Way<'a> {
    pub(super) tenant: Tenant<'a>,
    pub(super) endpoint: Endpoint,
}

/// The tenant that an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenant<'a> {
    /// Whichever the person is of: there is but one.
    Any(&'a str),
    /// This one.
    Named(&'a str),
}

/// The page on which the code of a device is entered.
pub(super) const DEVICE_PAGE: &str = "/devicelogin";

/// The endpoints below a tenant.
const BELOW: [(&str, Endpoint); 6] = [
    ("v2.0/.well-known/openid-configuration", Endpoint::Discovery),
    ("discovery/v2.0/keys", Endpoint::Keys),
    ("oauth2/v2.0/authorize", Endpoint::Authorize),
    ("oauth2/v2.0/token", Endpoint::Token),
    ("oauth2/v2.0/devicecode", Endpoint::DeviceCode),
    ("oauth2/v2.0/logout", Endpoint::Logout),
];

/// Those of no tenant.
const ALONE: [(&str, Endpoint); 3] = [
    ("/common/discovery/instance", Endpoint::Instance),
    ("/oidc/userinfo", Endpoint::UserInfo),
    (DEVICE_PAGE, Endpoint::Device),
];

impl Way<'_> {
    /// What is at this path.
    pub(in crate::dev) fn to(path: &str) -> Option<Way<'_>> {
        if let Some((_, endpoint)) = ALONE.iter().find(|(known, _)| *known == path) {
            return Some(Way { tenant: Tenant::Any("common"), endpoint: *endpoint });
        }
        let (name, below) = path.strip_prefix('/')?.split_once('/')?;
        let (_, endpoint) = BELOW.iter().find(|(known, _)| *known == below)?;
        let tenant = match name {
            "common" | "organizations" => Tenant::Any(name),
            // What lies below a version root is the protocol's.
            "beta" | "v1.0" => return None,
            _ => Tenant::Named(name),
        };
        Some(Way { tenant, endpoint: *endpoint })
    }
}

impl Endpoint {
    /// Whether a person reads its answers.
    pub(super) fn is_page(self) -> bool {
        matches!(self, Endpoint::Authorize | Endpoint::Device | Endpoint::Logout)
    }

    /// The methods it is asked with.
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Endpoint::Discovery | Endpoint::Instance | Endpoint::Keys => &[Method::GET, Method::HEAD],
            Endpoint::Token | Endpoint::DeviceCode => &[Method::POST],
            Endpoint::Authorize | Endpoint::Device | Endpoint::Logout | Endpoint::UserInfo => {
                &[Method::GET, Method::POST]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |path, expected: Option<(Tenant<'_>, Endpoint)>| {
            assert_eq!(Way::to(path).map(|way| (way.tenant, way.endpoint)), expected, "{path}");
        };
        check("/common/oauth2/v2.0/token", Some((Tenant::Any("common"), Endpoint::Token)));
        check("/t/v2.0/.well-known/openid-configuration", Some((Tenant::Named("t"), Endpoint::Discovery)));
        check("/devicelogin", Some((Tenant::Any("common"), Endpoint::Device)));
        for path in
            ["/", "/beta/oauth2/v2.0/token", "/t/oauth2/token", "/t/u/oauth2/v2.0/token", "/beta/me", "/devicelogin/x"]
        {
            check(path, None);
        }
    }
}
