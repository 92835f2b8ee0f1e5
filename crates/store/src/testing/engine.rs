//! Starting a PostgreSQL and seeing to it that it ends.

use std::io::{BufRead, BufReader, Error, Result};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Lays out and starts an engine, says so, and removes it when the pipe to it closes: the system closes it whenever
/// the test program ends. Also restarts it, each line of the pipe being an order.
const KEEPER: &str = r#"
bin=$1 home=$2 port=$3
trap '' INT TERM HUP
exec 2> "$home/keeper.log"
start() {
  "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 60 start \
    -o "-p $port -k $home -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=400 -c shared_buffers=64MB" > "$home/start.log" \
    && echo ready || { cat "$home/start.log" "$home/server.log" >&2; echo failed; }
}
"$bin/initdb" -D "$home/data" -U vitae --auth=trust --encoding=UTF8 --locale=C --no-sync --no-instructions > "$home/initdb.log" \
  || { cat "$home/initdb.log" >&2; echo failed; exit; }
start
while read -r order; do
  case $order in
    kill) kill -9 $(head -n 1 "$home/data/postmaster.pid"); "$bin/pg_ctl" -D "$home/data" -m immediate -w stop > /dev/null; echo ready;;
    start) start;;
  esac
done
"$bin/pg_ctl" -D "$home/data" -m immediate -w stop > /dev/null
rm -rf "$home"
"#;

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The user without rights, by whom the engine is run when the tests are the superuser's: the engine refuses that one.
const NOBODY: u32 = 65534;

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Engine {
    port: u16,
    keeper: std::sync::Mutex<Keeper>,
}

#[derive(Debug)]
struct Keeper {
    orders: ChildStdin,
    answers: BufReader<std::process::ChildStdout>,
    _child: Child,
}

impl Engine {
    /// Starts an engine on a free port.
    ///
    /// # Errors
    /// When its programs are not installed or it does not start.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let home = tempfile_directory()?;
        let is_superuser = std::fs::metadata("/proc/self")?.uid() == 0;
        if is_superuser {
            chown(&home, Some(NOBODY), Some(NOBODY))?;
        }
        // Free now; should another program take it before the engine does, the engine says so.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]).arg(programs).arg(&home).arg(port.to_string());
        command.current_dir(&home).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        if is_superuser {
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = command.spawn()?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::other("the keeper of the engine has no pipes"));
        };
        let mut keeper = Keeper { orders, answers: BufReader::new(answers), _child: child };
        keeper.await_answer().map_err(|error| {
            let log = std::fs::read_to_string(home.join("keeper.log")).unwrap_or_default();
            Error::other(format!("{error}: {log}"))
        })?;
        Ok(Self { port, keeper: std::sync::Mutex::new(keeper) })
    }

    /// The URL of its database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://vitae@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as a failing machine would. Waits until it is gone.
    ///
    /// # Errors
    /// When that fails.
    pub fn kill(&self) -> Result<()> {
        self.order("kill\n")
    }

    /// Starts it again after it was killed. Waits until it answers.
    ///
    /// # Errors
    /// When that fails.
    pub fn restart(&self) -> Result<()> {
        self.order("start\n")
    }

    fn order(&self, order: &str) -> Result<()> {
        use std::io::Write;
        let mut keeper = self.keeper.lock().map_err(|_| Error::other("an earlier order to the engine failed"))?;
        keeper.orders.write_all(order.as_bytes())?;
        keeper.await_answer()
    }
}

impl Keeper {
    fn await_answer(&mut self) -> Result<()> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        match line.trim_end() {
            "ready" => Ok(()),
            other => Err(Error::other(format!("the engine could not be started (`{other}`)"))),
        }
    }
}

/// The programs of the newest version installed, or those on the path.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let number = |place: &Path| place.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.max_by_key(|place| number(place)).map(|place| place.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = newest.into_iter().chain(std::env::split_paths(&path));
    places.into_iter().find(|place| place.join("initdb").exists()).ok_or_else(|| {
        Error::other(format!("no `initdb` in {VERSIONS} or on the path; install the package `postgresql`"))
    })
}

/// A new directory for temporary files that only this process knows.
fn tempfile_directory() -> Result<PathBuf> {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    loop {
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("vitae-engine-{}-{number}", std::process::id()));
        match std::fs::create_dir(&home) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            outcome => return outcome.map(|()| home),
        }
    }
}
