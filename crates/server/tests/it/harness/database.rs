//! Databases for stories: each an empty place in the engine of the test program.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

use store::postgres::{Options, migrate};
use store::testing::{Place, execute};

/// The variable that says on which store the stories of a development server run.
const STORE: &str = "VITAE_TEST_STORE";

thread_local! {
    /// The databases of the story that this thread tells. They outlive its servers.
    static DATABASES: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

/// An empty database.
pub(crate) fn database() -> Place {
    wait(Place::new()).expect("the engine runs")
}

/// An empty database that `vitae migrate` has laid out.
pub(crate) fn laid_out() -> Place {
    wait(Place::laid_out()).expect("the engine runs")
}

/// Runs statements in a database, and says whether all went well.
pub(crate) fn statements(url: &str, sql: &str) -> bool {
    wait(execute(url, sql)).is_ok()
}

/// Damages the data of a place.
pub(crate) fn damage(place: &Path) {
    match database_of(place) {
        Some(url) => wait(execute(&url, "DELETE FROM history")).expect("the engine runs"),
        None => {
            let text = "this was a store once, and long enough to look like one ".repeat(4);
            std::fs::write(place.join("data/vitae.db"), text).expect("a file can be written");
        }
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// Whether the data of a place is a file, as a story wants that looks into it; where it is not, that is told even of a
/// story that passes.
pub(crate) fn is_file(place: &Path) -> bool {
    let database = database_of(place);
    if database.is_some() {
        let story = std::thread::current();
        let name = story.name().unwrap_or("a story");
        // What a test prints is kept back unless it fails.
        _ = writeln!(std::io::stderr(), "skipped: {name} looks into a file, and {STORE} says that there is none");
    }
    database.is_none()
}

/// The database of a place, where stories are told on databases; the next server there goes on with it.
pub(crate) fn database_of(place: &Path) -> Option<String> {
    if std::env::var(STORE).is_ok_and(|store| store == "postgres") {
        let note = place.join("database.url");
        if let Ok(url) = std::fs::read_to_string(&note) {
            return Some(url);
        }
        let database = database();
        let url = database.url.clone();
        if database.is_distributed() {
            // A development server would not distribute its tables.
            wait(migrate(&url, &Options::new(uuid::Uuid::nil()), true)).expect("the cluster can be laid out");
        }
        std::fs::write(note, &url).expect("a file can be written");
        DATABASES.with_borrow_mut(|kept| kept.push(database));
        return Some(url);
    }
    None
}
