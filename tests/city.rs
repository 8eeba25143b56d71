//! A city for a test: a database of its own, the program's commands on it, and the program serving it.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Year of every city in the tests.
pub const YEAR: i32 = 2026;
/// What the program takes for now where a test does not say: late in that year.
const NOW: &str = "2026-11-24T10:00:00+08:00";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database of its own with its folder; gone afterwards.
pub struct City {
    /// Where files of the test may lie.
    pub folder: PathBuf,
    /// URL of the database.
    pub url: String,
    /// What the program takes for now.
    now: Mutex<String>,
    /// What it is a copy of, which stays as long as its copies do.
    _template: Option<Arc<City>>,
}

/// Where a city's database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}?mode=rwc", folder.join("city.sqlite").display())
}

/// The engines that there are: PostgreSQL where a URL is given; without one a word is printed.
pub fn engines() -> Vec<Engine> {
    if std::env::var("QINGDAN_TEST_POSTGRES").is_ok() {
        return vec![Engine::Sqlite, Engine::Postgres];
    }
    eprintln!("skipped on PostgreSQL: QINGDAN_TEST_POSTGRES is not set");
    vec![Engine::Sqlite]
}

fn folder() -> PathBuf {
    // An earlier process of the same number may have left its folder: a new one each time.
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("qingdan-test-{}-{n}", std::process::id()));
        match std::fs::create_dir(&path) {
            Ok(()) => return path,
            Err(e) => assert_eq!(e.kind(), std::io::ErrorKind::AlreadyExists, "a folder: {e}"),
        }
    }
}

/// Runs a statement on the server that `QINGDAN_TEST_POSTGRES` names, in a database that is no city's.
fn on_the_server(statement: &str) -> Result<(), sea_orm::DbErr> {
    use sea_orm::{ConnectionTrait, Database};
    let server = std::env::var("QINGDAN_TEST_POSTGRES").expect("a URL");
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let db = Database::connect(server).await?;
        db.execute_unprepared(statement).await?;
        db.close().await
    })
}

/// Makes a database on that server, empty or a copy of another one there, and gives its URL.
fn postgres_database(copy_of: Option<&City>) -> String {
    let server = std::env::var("QINGDAN_TEST_POSTGRES").expect("a URL");
    let name = format!("qingdan_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let url = format!("{}/{name}", server.rsplit_once('/').expect("a database in the URL").0);
    // An earlier process of the same number may have left its own.
    on_the_server(&format!("DROP DATABASE IF EXISTS {name}")).expect("none");
    let template = copy_of.map(|c| format!(" TEMPLATE {}", c.database())).unwrap_or_default();
    on_the_server(&format!("CREATE DATABASE {name}{template}")).expect("a database");
    url
}

impl City {
    /// A database without a table.
    fn bare(engine: Engine) -> City {
        let folder = folder();
        let url = match engine {
            Engine::Sqlite => sqlite(&folder),
            Engine::Postgres => postgres_database(None),
        };
        City { folder, url, now: Mutex::new(NOW.to_owned()), _template: None }
    }

    /// An empty database, brought to the newest schema.
    pub fn empty(engine: Engine) -> City {
        let city = City::bare(engine);
        city.ok(&["migrate"]);
        city
    }

    /// The demo city with six stations, published: a copy of one that is made once for the tests that run together.
    pub fn demo(engine: Engine) -> City {
        const DEMO: &[&str] =
            &["demo", "--year", "2026", "--workstations", "6", "--no-serve", "--json", "--published-only"];
        static TEMPLATES: [Mutex<Weak<City>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
        let template = {
            let mut kept = TEMPLATES[engine as usize].lock().unwrap_or_else(PoisonError::into_inner);
            kept.upgrade().unwrap_or_else(|| {
                let city = Arc::new(City::bare(engine));
                city.ok(DEMO);
                *kept = Arc::downgrade(&city);
                city
            })
        };
        let folder = folder();
        let copy = |file| std::fs::copy(template.folder.join(file), folder.join(file)).expect("a copy");
        copy("qingdan.key");
        let url = match engine {
            Engine::Sqlite => {
                copy("city.sqlite");
                sqlite(&folder)
            }
            Engine::Postgres => postgres_database(Some(&template)),
        };
        City { folder, url, now: Mutex::new(NOW.to_owned()), _template: Some(template) }
    }

    /// Name of its database on the server.
    fn database(&self) -> &str {
        self.url.rsplit_once('/').expect("a database in the URL").1
    }

    /// What the program takes for now from here on.
    pub fn set_now(&self, now: &str) {
        now.clone_into(&mut self.now.lock().expect("a moment"));
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qingdan"));
        command
            .current_dir(&self.folder)
            .env_remove("QINGDAN_KEY_FILE")
            .env_remove("RUST_LOG")
            .env("QINGDAN_DATABASE", &self.url)
            .env("QINGDAN_NOW", self.now.lock().expect("a moment").as_str())
            .args(arguments);
        command
    }

    /// Runs the program, which must agree; gives its stdout.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs the program, which must refuse with exit code 1 and an empty stdout; gives its stderr.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {words}");
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        words
    }

    /// Writes a file into the city's folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("a path").to_owned()
    }

    /// A token for a role.
    pub fn token(&self, role: &str, scope: &[&str]) -> String {
        let arguments: Vec<&str> =
            ["token", "--role", role].into_iter().chain(scope.iter().copied()).collect();
        self.ok(&arguments).trim().to_owned()
    }

    /// Starts serving.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// Starts serving another database.
    pub fn serve_database(&self, url: &str) -> Server {
        self.serve_with(&["--database", url])
    }

    /// Starts serving with more arguments.
    pub fn serve_with(&self, arguments: &[&str]) -> Server {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
        let mut child = self
            .command(&[&serve[..], arguments].concat())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut log = BufReader::new(child.stderr.take().expect("a log"));
        let address = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).expect("a line") > 0, "the server ended");
            let line: Value = serde_json::from_str(&line).expect("a line of the log");
            if let Some(address) = line["fields"]["address"].as_str() {
                break address.to_owned();
            }
        };
        let lines = std::thread::spawn(move || {
            let mut all = String::new();
            let _ = std::io::Read::read_to_string(&mut log, &mut all);
            all
        });
        Server { child, url: format!("http://{address}"), log: Some(lines) }
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        if self.url.starts_with("postgres") {
            // A hundred of them would fill a small disk.
            let _ = on_the_server(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database()));
        }
    }
}

/// The program, serving a city.
pub struct Server {
    child: Child,
    /// `http://address`.
    pub url: String,
    log: Option<std::thread::JoinHandle<String>>,
}

/// An answer over HTTP.
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub statements: Option<u64>,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn answered(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.expect("an answer");
    let header = |name: &str| response.headers().get(name).and_then(|h| h.to_str().ok()).map(str::to_owned);
    Answer {
        status: response.status().as_u16(),
        kind: header("content-type").unwrap_or_default(),
        statements: header("x-sql-statements").and_then(|s| s.parse().ok()),
        text: String::from_utf8_lossy(
            &response.body_mut().with_config().limit(1 << 27).read_to_vec().expect("a body"),
        )
        .into_owned(),
    }
}

impl Server {
    /// GET with headers.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answered(request.call())
    }

    /// POST of a body with headers.
    pub fn post(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = agent().post(format!("{}/graphql", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answered(request.send(body))
    }

    /// POST of a file.
    pub fn upload(&self, path: &str, token: &str, kind: &str, bytes: &[u8]) -> Answer {
        let mut request = agent().post(format!("{}{path}", self.url)).header("content-type", kind);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answered(request.send(bytes))
    }

    /// A GraphQL request with a token; empty: anonymous.
    pub fn ask(&self, token: &str, query: &str, variables: Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("content-type", "application/json"), ("accept", "application/json")];
        if !token.is_empty() {
            headers.push(("authorization", &bearer));
        }
        self.post(&headers, &json!({"query": query, "variables": variables}).to_string())
    }

    /// The data of a request that must succeed.
    pub fn data(&self, token: &str, query: &str, variables: Value) -> Value {
        let answer = self.ask(token, query, variables).json();
        assert!(answer["errors"].is_null(), "{query}: {}", answer["errors"]);
        answer["data"].clone()
    }

    /// The payload of a mutation with one field and one input.
    pub fn change(&self, token: &str, field: &str, kind: &str, node: &str, input: Value) -> Value {
        let query = format!(
            "mutation($input: {kind}!) {{ {field}(input: $input) {{ node {{ {node} }} errors {{ code message path }} }} }}"
        );
        self.data(token, &query, json!({"input": input}))[field].clone()
    }

    /// The same, which must succeed; gives the node.
    pub fn changed(&self, token: &str, field: &str, kind: &str, node: &str, input: Value) -> Value {
        let payload = self.change(token, field, kind, node, input);
        assert_eq!(payload["errors"], json!([]), "{field}");
        payload["node"].clone()
    }

    /// The same, which must be refused; gives the code of the first error.
    pub fn not_changed(&self, token: &str, field: &str, kind: &str, input: Value) -> String {
        let payload = self.change(token, field, kind, "__typename", input);
        assert!(payload["node"].is_null(), "{field}: {payload}");
        let message = payload["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{field}: {payload}");
        payload["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Asks the server to stop, and gives its log.
    pub fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        assert!(self.child.wait().expect("it ends").success());
        self.log.take().and_then(|l| l.join().ok()).unwrap_or_default()
    }

    /// Kills the server, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
