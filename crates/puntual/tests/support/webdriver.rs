//! A real browser: Chromium without a screen, driven by the WebDriver protocol (W3C), keys only.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How WebDriver names a found element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Enter, as WebDriver writes it.
pub const ENTER: &str = "\u{e007}";
/// Tab.
pub const TAB: &str = "\u{e004}";

/// A running Chromium.
pub struct Chromium {
    driver: Child,
    port: u16,
    session: String,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.try_call("DELETE", &format!("/session/{}", self.session), &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Chromium {
    /// Starts it with a window so wide; `None`, said loudly, where it is not installed.
    pub fn start(width: u32, height: u32) -> Option<Chromium> {
        let programs = ["/usr/bin/chromium", "/usr/bin/chromedriver"];
        if let Some(absent) = programs.iter().find(|path| !super::is_installed(path)) {
            puntual_store::testing::missing(absent);
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("/usr/bin/chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut chromium = Chromium { driver, port, session: String::new() };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 1 });
        let options = json!({
            "binary": "/usr/bin/chromium",
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--disable-dev-shm-usage", format!("--window-size={width},{height}")],
            "mobileEmulation": { "deviceMetrics": metrics },
        });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        // A driver that listens may still drop the first call while another browser starts.
        let made = (0..5)
            .find_map(|_| match chromium.try_call("POST", "/session", &wanted) {
                Ok(made) => Some(made),
                Err(_) => {
                    std::thread::sleep(Duration::from_millis(500));
                    None
                }
            })
            .expect("a session");
        chromium.session = made["sessionId"].as_str().unwrap().to_owned();
        Some(chromium)
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.call("url", &json!({ "url": url }));
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                let key = key.to_string();
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        let actions = json!([{ "type": "key", "id": "keyboard", "actions": strokes }]);
        self.call("actions", &json!({ "actions": actions }));
    }

    /// Runs a script in the page and answers what it returns.
    pub fn script(&self, script: &str) -> Value {
        self.call("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script answers true.
    pub fn wait_for(&self, script: &str) {
        for _ in 0..200 {
            if self.script(script) == Value::Bool(true) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let page = self.script("return location.href + '\\n' + document.body.innerText");
        panic!("never true: {script}\n{}", page.as_str().unwrap_or_default());
    }

    /// Whether an element is there.
    pub fn has(&self, selector: &str) -> bool {
        let found = self.call("elements", &json!({ "using": "css selector", "value": selector }));
        found.as_array().is_some_and(|list| list.iter().any(|one| one.get(ELEMENT).is_some()))
    }

    fn call(&self, what: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{what}", self.session);
        self.try_call("POST", &path, body).unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    fn try_call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = body.to_string();
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.port)).map_err(|error| error.to_string())?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let json = body_of(stream).map_err(|error| error.to_string())?;
        let mut value: Value =
            serde_json::from_str(&json).map_err(|error| format!("{error}: {json}"))?;
        let value = value["value"].take();
        match value.get("error") {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }
}

/// The body of an answer. The driver keeps the connection, so its length is what counts.
fn body_of(stream: TcpStream) -> std::io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}
