//! The hosts that an address names, and which of them is used: one that takes writes, for reading too, since a standby
//! may show what is old.
//!
//! A host may be gone, frozen, or follow another one by now, so the others are asked beside it, not after it has used up
//! the time there is. A primary that was replaced and does not know yet takes writes as well; its timeline tells.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_postgres::config::{Host, LoadBalanceHosts};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};

use super::driver::Warnings;
use super::fault::Fault;
use super::link::{connect, late, within};
use super::timeline::{self, Newest, Timeline};
use super::tls::Connector;

/// What part of the time there is a host has to itself before the next is asked as well.
const SHARE: u32 = 8;

/// For how long a look around counts, and how long it is waited for at most.
const LOOK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(250));

/// From how many looks a host may owe its answer.
const LOOKS: usize = 4;

pub(super) struct Hosts {
    each: Vec<Config>,
    /// The one that is asked first.
    first: AtomicUsize,
    /// Whether each may serve, and is to have its part of the connections.
    are_equal: bool,
    newest: Arc<Newest>,
    looked: Mutex<Option<Instant>>,
    /// How many more looks may ask each.
    looks: Vec<Arc<Semaphore>>,
    /// It was told that the timeline may not be asked for.
    is_told: AtomicBool,
}

/// A connection that was just made.
pub(super) struct Fresh {
    pub(super) client: Client,
    pub(super) driver: AbortHandle,
    pub(super) warnings: Warnings,
    /// Where the engine tells it.
    pub(super) timeline: Option<Timeline>,
    /// What to do about it where the engine would tell it, but not this user.
    pub(super) barred: Option<String>,
}

impl Hosts {
    pub(super) fn new(config: &Config) -> Self {
        let count = config.get_hosts().len().max(config.get_hostaddrs().len());
        Self {
            each: (0..count).map(|place| alone(config, place)).collect(),
            first: AtomicUsize::new(0),
            are_equal: config.get_load_balance_hosts() == LoadBalanceHosts::Random,
            newest: Arc::default(),
            looked: Mutex::new(None),
            looks: (0..count).map(|_| Arc::new(Semaphore::new(LOOKS))).collect(),
            is_told: AtomicBool::new(false),
        }
    }

    /// May a connection to this timeline be used on?
    pub(super) fn is_current(&self, timeline: Option<Timeline>) -> bool {
        timeline.is_none_or(|timeline| self.newest.is_current(timeline))
    }

    /// Connects to the first that can be used, within about that time.
    pub(super) async fn connect(&self, tls: &Connector, deadline: Duration) -> Result<Fresh, Fault> {
        if self.each.len() > 1 && self.is_look_due() {
            self.look(tls, deadline).await;
        }
        let until = Instant::now() + deadline;
        let first = match self.are_equal {
            true => self.first.fetch_add(1, Ordering::Relaxed),
            false => self.first.load(Ordering::Relaxed),
        };
        let count = self.each.len();
        let mut left = (0..count).map(|place| first.wrapping_add(place) % count.max(1));
        let (mut tries, mut faults) = (JoinSet::new(), Vec::new());
        loop {
            // Whether the one before failed or took too long.
            if let Some((place, config)) = left.next().and_then(|place| Some((place, self.each.get(place)?))) {
                let (config, tls) = (config.clone(), tls.clone());
                tries.spawn(async move { (place, reach(&config, &tls, deadline).await) });
            }
            let pause = if left.len() > 0 { deadline / SHARE } else { until.saturating_duration_since(Instant::now()) };
            match timeout(pause, tries.join_next()).await {
                Ok(Some(Ok((place, outcome)))) => match outcome.and_then(|fresh| self.admit(fresh)) {
                    Ok(fresh) => {
                        if !self.are_equal {
                            self.first.store(place, Ordering::Relaxed);
                        }
                        return Ok(fresh);
                    }
                    Err(fault) => {
                        self.look_again();
                        faults.push((place, fault));
                    }
                },
                Ok(Some(Err(_))) => {}
                Ok(None) => return Err(self.told(faults)),
                Err(_) if Instant::now() >= until => {
                    faults.push((first % count.max(1), late(deadline)));
                    return Err(self.told(faults));
                }
                Err(_) => {}
            }
        }
    }

    fn is_look_due(&self) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_due = looked.is_none_or(|looked| now.saturating_duration_since(looked) >= LOOK.0);
        if is_due {
            *looked = Some(now);
        }
        is_due
    }

    /// A host has failed, so what was seen of the others may be of before one was promoted: whoever connects next looks, lest
    /// the failed one be back by then and be taken for what it was.
    fn look_again(&self) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Asks all for their timeline: the one asked first may be a primary that was replaced while nobody could reach it.
    /// Who answers too late to be waited for is heard as well, and connections to older ones are not used from then on.
    async fn look(&self, tls: &Connector, deadline: Duration) {
        let mut asked = JoinSet::new();
        for (config, looks) in self.each.iter().zip(&self.looks) {
            let Ok(look) = Arc::clone(looks).try_acquire_owned() else { continue };
            let (config, tls, newest) = (config.clone(), tls.clone(), Arc::clone(&self.newest));
            asked.spawn(async move {
                let told = reach(&config, &tls, deadline).await;
                told.ok().and_then(|fresh| fresh.timeline).map(|timeline| newest.note(timeline));
                drop(look);
            });
        }
        // Whether all have answered or not.
        let _ = timeout(LOOK.1.min(deadline / SHARE), async { while asked.join_next().await.is_some() {} }).await;
        asked.detach_all();
    }

    /// Refuses a primary that was replaced.
    fn admit(&self, fresh: Fresh) -> Result<Fresh, Fault> {
        if let Some(barred) = fresh.barred.as_ref().filter(|_| !self.is_told.swap(true, Ordering::Relaxed)) {
            tracing::warn!("{barred}");
        }
        let Some(timeline) = fresh.timeline else { return Ok(fresh) };
        let (number, newest) = (timeline.number, self.newest.note(timeline));
        if number >= newest {
            return Ok(fresh);
        }
        Err(Fault::Away(format!(
            "it takes writes on timeline {number}, but another has been promoted to timeline {newest}; \
             end it, or let it follow that one. If that one is gone for good, restart this server"
        )))
    }

    /// What is said when none can be used.
    fn told(&self, mut faults: Vec<(usize, Fault)>) -> Fault {
        if self.each.len() < 2 {
            return faults.pop().map_or(Fault::Away("the address names no host".to_owned()), |(_, fault)| fault);
        }
        faults.sort_by_key(|(place, _)| *place);
        let each = faults.into_iter().map(|(place, fault)| {
            let name = self.each.get(place).map(name).unwrap_or_default();
            format!("{name}: {}", crate::Error::from(fault))
        });
        Fault::Away(format!("no host takes writes; {}", each.collect::<Vec<_>>().join("; ")))
    }
}

async fn reach(config: &Config, tls: &Connector, deadline: Duration) -> Result<Fresh, Fault> {
    let (client, driver, warnings) = connect(config, tls, deadline).await?;
    let asked = within(deadline, async { Ok(timeline::of(&client).await) }).await;
    // Otherwise the driver would wait for an answer that may never come.
    let asked = asked.inspect_err(|_| driver.abort())?;
    let is_barred = |error: &tokio_postgres::Error| error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE);
    let barred = asked.as_ref().is_err_and(is_barred).then(|| remedy(config));
    Ok(Fresh { client, driver, warnings, timeline: asked.ok().flatten(), barred })
}

/// What is said to whoever can let this user ask for the timeline.
fn remedy(config: &Config) -> String {
    let user = config.get_user().unwrap_or("vitae").replace('"', "\"\"");
    format!(
        "the user of the database may not ask for its timeline, so a primary that was replaced by its standby and does not \
         know is not noticed; let a superuser run, in this database, `GRANT EXECUTE ON FUNCTION pg_control_system(), \
         pg_current_wal_lsn(), pg_walfile_name(pg_lsn) TO \"{user}\"`"
    )
}

/// The same with one of the hosts only.
fn alone(config: &Config, place: usize) -> Config {
    let mut one = Config::new();
    config.get_user().map(|user| one.user(user));
    config.get_password().map(|password| one.password(password));
    config.get_dbname().map(|name| one.dbname(name));
    config.get_options().map(|options| one.options(options));
    config.get_application_name().map(|name| one.application_name(name));
    one.ssl_mode(config.get_ssl_mode()).ssl_negotiation(config.get_ssl_negotiation());
    one.channel_binding(config.get_channel_binding());
    config.get_connect_timeout().map(|timeout| one.connect_timeout(*timeout));
    config.get_tcp_user_timeout().map(|timeout| one.tcp_user_timeout(*timeout));
    one.keepalives(config.get_keepalives()).keepalives_idle(config.get_keepalives_idle());
    config.get_keepalives_interval().map(|interval| one.keepalives_interval(interval));
    config.get_keepalives_retries().map(|retries| one.keepalives_retries(retries));
    one.target_session_attrs(config.get_target_session_attrs()).load_balance_hosts(config.get_load_balance_hosts());
    match config.get_hosts().get(place) {
        Some(Host::Tcp(name)) => _ = one.host(name),
        Some(Host::Unix(path)) => _ = one.host_path(path),
        None => {}
    }
    config.get_hostaddrs().get(place).map(|address| one.hostaddr(*address));
    let ports = config.get_ports();
    ports.get(place).or(ports.first()).map(|port| one.port(*port));
    one
}

/// How a host is called.
fn name(config: &Config) -> String {
    let host = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        (Some(Host::Tcp(name)), _) => name.clone(),
        (Some(Host::Unix(path)), _) => path.display().to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "?".to_owned(),
    };
    format!("{host}:{}", config.get_ports().first().unwrap_or(&5432))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;

    use super::*;
    use crate::postgres::tls::connector;
    use crate::testing::{Place, engine, execute};

    #[test]
    fn each_host_has_all_that_the_address_says() {
        let options = "sslmode=require&options=-csearch_path%3Da&application_name=b&keepalives_idle=7&keepalives_retries=3\
                       &target_session_attrs=read-write&channel_binding=require&connect_timeout=4&keepalives_interval=5\
                       &sslnegotiation=direct&tcp_user_timeout=9&load_balance_hosts=random&keepalives=0";
        let url = |hosts: &str| format!("postgres://u:p@{hosts}/d?{options}").parse::<Config>().unwrap();
        let hosts = Hosts::new(&url("one:1,two:2,[::1]:3"));
        for (found, expected) in hosts.each.iter().zip(["one:1", "two:2", "[::1]:3"]) {
            assert_eq!(found, &url(expected));
        }
        assert_eq!(hosts.each.len(), 3);
        assert_eq!(hosts.each.iter().map(name).collect::<Vec<_>>(), ["one:1", "two:2", "::1:3"]);
        let shared: Config = "host=one,two port=7".parse().unwrap();
        assert_eq!(Hosts::new(&shared).each.iter().map(name).collect::<Vec<_>>(), ["one:7", "two:7"]);
    }

    #[tokio::test]
    async fn a_connection_to_one_who_falls_silent_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let config: Config = format!("host=127.0.0.1 port={port} user=u sslmode=disable").parse().unwrap();
        let tls = connector(false, None).unwrap();
        let welcome = async {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut said = [0; 512];
            assert!(line.read(&mut said).await.unwrap() > 0);
            line.write_all(WELCOME).await.unwrap();
            while line.read(&mut said).await.is_ok_and(|read| read > 0) {}
        };
        let ended = timeout(Duration::from_secs(5), welcome);
        let (reached, ended) = tokio::join!(reach(&config, &tls, Duration::from_millis(200)), ended);
        assert!(matches!(reached, Err(Fault::Late(_))));
        assert!(ended.is_ok());
    }

    const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";

    /// Is on this timeline, and says so once it may.
    async fn tell(mut line: TcpStream, number: u32, mut may: watch::Receiver<bool>) {
        let message = |kind: u8, body: &[u8]| {
            let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
            [&[kind], &length[..], body].concat()
        };
        let value = |text: &str| [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
        let row = [vec![0, 3], value(&format!("{number:08X}")), value("7"), value("f")].concat();
        let columns = [&[0, 3][..], &[0; 19 * 3]].concat();
        let answer = [message(b'T', &columns), message(b'D', &row), message(b'C', b"\0"), message(b'Z', b"I")].concat();
        let mut said = [0; 512];
        assert!(line.read(&mut said).await.unwrap() > 0);
        line.write_all(WELCOME).await.unwrap();
        // Whoever has gone meanwhile asks nothing.
        if line.read(&mut said).await.is_ok_and(|read| read > 0) {
            may.wait_for(|may| *may).await.unwrap();
            let _ = line.write_all(&answer).await;
        }
        while line.read(&mut said).await.is_ok_and(|read| read > 0) {}
    }

    /// The port of one who does.
    async fn telling(number: u32, may: watch::Receiver<bool>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(tell(line, number, may.clone()));
            }
        });
        port
    }

    #[tokio::test]
    async fn who_answers_a_look_late_is_heard() {
        let (let_tell, may) = watch::channel(false);
        let (old, new) = (telling(1, watch::channel(true).1).await, telling(2, may).await);
        let hosts =
            Hosts::new(&format!("host=127.0.0.1,127.0.0.1 port={old},{new} user=u sslmode=disable").parse().unwrap());
        let (tls, deadline) = (connector(false, None).unwrap(), Duration::from_mins(1));
        let reached = hosts.connect(&tls, deadline).await.unwrap().timeline;
        assert!(reached.is_some_and(|timeline| timeline.number == 1) && hosts.is_current(reached));
        let_tell.send(true).unwrap();
        let heard = async {
            while hosts.is_current(reached) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(Duration::from_secs(20), heard).await.expect("what it told is noted");
        let next = hosts.connect(&tls, deadline).await.unwrap().timeline;
        assert!(next.is_some_and(|timeline| timeline.number == 2));
    }

    #[tokio::test]
    async fn a_host_that_answers_nobody_is_asked_by_few() {
        let (_never, may) = watch::channel(false);
        let port = telling(1, may).await;
        let hosts = Hosts::new(&format!("host=127.0.0.1 port={port} user=u sslmode=disable").parse().unwrap());
        let tls = connector(false, None).unwrap();
        for looks in 1..3 * LOOKS {
            hosts.look(&tls, Duration::from_mins(1)).await;
            assert_eq!(hosts.looks[0].available_permits(), LOOKS.saturating_sub(looks));
        }
    }

    #[tokio::test]
    async fn once_a_host_has_failed_all_are_asked_again() {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("host=127.0.0.1,127.0.0.1 port={},{} user=u sslmode=disable", free(), free());
        let hosts = Hosts::new(&url.parse().unwrap());
        assert!(hosts.is_look_due() && !hosts.is_look_due());
        let tls = connector(false, None).unwrap();
        assert!(matches!(hosts.connect(&tls, Duration::from_secs(5)).await, Err(Fault::Away(_))));
        assert!(hosts.is_look_due());
    }

    #[tokio::test]
    async fn nodes_that_were_made_from_one_image_are_told_apart() {
        let tls = connector(false, None).unwrap();
        let mut seen = Vec::new();
        for node in [None, Some(0), Some(1)] {
            let place = Place::on(&engine().unwrap().url()).await.unwrap();
            if let Some(node) = node {
                let table = format!("CREATE TABLE pg_dist_local_group AS SELECT {node} AS groupid");
                execute(&place.url, &table).await.unwrap();
            }
            let config = crate::postgres::parse(&place.url).unwrap();
            let found = reach(&config, &tls, Duration::from_secs(5)).await.unwrap().timeline.unwrap();
            assert_eq!((found.database.node, found.number), (node, 1));
            seen.push(found.database.system);
        }
        assert!(seen.iter().all(|system| *system == seen[0]));
    }
}
