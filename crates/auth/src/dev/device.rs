//! Signing in on a device without a browser (RFC 8628): it shows a code, which somebody enters elsewhere.

use super::apps::App;
use super::desk::{Desk, Facts, Grant, State};
use super::fault::{Fault, Wrong};
use super::form::Form;
use super::scope::Wanted;
use super::shelf::mark;
use uuid::Uuid;

/// How long a code can be entered, in seconds.
const EXPIRES: i64 = 900;

/// How long a device waits between two questions, in seconds.
const INTERVAL: i64 = 1;

/// What codes are made of: no vowels, so that they spell nothing, and nothing that is misread (RFC 8628, section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// How many of them.
const LENGTH: usize = 8;

/// A device that waits.
pub(super) struct Pending {
    app: &'static App,
    wanted: Wanted,
    user_code: String,
    expires: i64,
    said: Said,
}

#[derive(Clone, Copy)]
enum Said {
    Nothing,
    Yes(Uuid),
    No,
}

/// What a device is told at first.
#[derive(Debug)]
pub struct DeviceCode {
    /// What it asks again with.
    pub device_code: String,
    /// What it shows.
    pub user_code: String,
    /// How long that can be entered, in seconds.
    pub expires_in: i64,
    /// How long to wait between two questions, in seconds.
    pub interval: i64,
}

/// A device whose code was entered.
#[derive(Debug)]
pub struct Device {
    /// The app on it.
    pub app: &'static App,
    /// What it asks for.
    pub wanted: Wanted,
    /// The code as it is shown.
    pub user_code: String,
}

impl Desk {
    /// Codes for a device.
    pub fn begin_device(&self, form: &Form, facts: Facts<'_>) -> Result<DeviceCode, Fault> {
        let app = App::find(form.need("client_id")?)?;
        if !app.has_people {
            return Err(Fault::new(Wrong::NotAllowed, format!("nobody signs in to the app '{}'", app.name)));
        }
        let wanted = Wanted::delegated(app, form.need("scope")?, facts.origin)?;
        let state = &mut *self.state();
        let (device_code, user_code) = (state.secret(), state.user_code());
        let expires = facts.now.saturating_add(EXPIRES);
        let pending = Pending { app, wanted, user_code: user_code.clone(), expires, said: Said::Nothing };
        state.devices.put(mark(&device_code), pending);
        Ok(DeviceCode { device_code, user_code, expires_in: EXPIRES, interval: INTERVAL })
    }

    /// The device that shows this code and still waits.
    pub fn device(&self, user_code: &str, now: i64) -> Result<Device, Fault> {
        let state = &mut *self.state();
        let pending = state.waiting(user_code, now)?;
        Ok(Device { app: pending.app, wanted: pending.wanted.clone(), user_code: pending.user_code.clone() })
    }

    /// Lets the device that shows this code act for a person, or, without one, not.
    pub fn settle_device(&self, user_code: &str, user: Option<Uuid>, now: i64) -> Result<(), Fault> {
        self.state().waiting(user_code, now)?.said = user.map_or(Said::No, Said::Yes);
        Ok(())
    }

    pub(super) fn redeem_device(&self, form: &Form, app: &'static App, facts: Facts<'_>) -> Result<Grant, Fault> {
        let key = mark(form.need("device_code")?);
        let state = &mut *self.state();
        let unknown =
            || Fault::new(Wrong::Grant, "the device code is none that was given to this app, or was already redeemed");
        let pending = state.devices.get(&key).filter(|pending| pending.app == app).ok_or_else(unknown)?;
        let user = match pending.said {
            Said::No => return Err(Fault::new(Wrong::DeviceDeclined, "the person did not let the app in")),
            _ if facts.now >= pending.expires => {
                return Err(Fault::new(
                    Wrong::DeviceExpired,
                    format!("nobody entered the code within {EXPIRES} s; ask for a new one"),
                ));
            }
            Said::Nothing => return Err(Fault::new(Wrong::Pending, "nobody has entered the code yet; ask again")),
            Said::Yes(user) => user,
        };
        let wanted = state.devices.take(&key).ok_or_else(unknown)?.wanted;
        let family = Some(state.secret());
        Ok(Grant { app, user: Some(user), wanted, nonce: None, family })
    }
}

impl State {
    fn waiting(&mut self, user_code: &str, now: i64) -> Result<&mut Pending, Fault> {
        let letters = |text: &str| {
            text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect::<Vec<u8>>()
        };
        let wanted = letters(user_code);
        let found = self.devices.find(|pending| {
            matches!(pending.said, Said::Nothing) && now < pending.expires && letters(&pending.user_code) == wanted
        });
        found.ok_or_else(|| {
            Fault::new(Wrong::UserCode, "no device waits with this code; look at it again, or start anew on the device")
        })
    }

    /// A code for people to read: each letter as likely as the others.
    fn user_code(&mut self) -> String {
        let mut code = String::new();
        while code.len() < LENGTH + 1 {
            let mut byte = [0];
            self.draw(&mut byte);
            let [byte] = byte;
            let fair = usize::from(byte) < LETTERS.len() * (256 / LETTERS.len());
            let letter = LETTERS.get(usize::from(byte) % LETTERS.len());
            if let (true, Some(letter)) = (fair, letter) {
                code.push(char::from(*letter));
            }
            if code.len() == LENGTH / 2 {
                code.push('-');
            }
        }
        code
    }
}
