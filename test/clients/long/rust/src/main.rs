//! Walks through the API with the published Rust library, as a program would that uses it.
//!
//! The Go test that runs this gives POSTHORN_URL, POSTHORN_TOKEN and HOOK_URL: a receiver that keeps webhooks, and gives
//! the one of a message back to GET with the query id.

use std::{
    env,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use svix::{
    api::{MessageCreateOptions, Svix, SvixOptions},
    models::{
        ApplicationIn, EndpointIn, EventTypeIn, GithubConfig, IngestSourceIn, IngestSourceInConfig,
        IngestSourceOutConfig, MessageIn, MessageOut,
    },
    webhooks::Webhook,
    Error,
};

const APP: &str = "rust-walk";

fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("set {name}"))
}

fn status<T>(result: Result<T, Error>) -> u16 {
    match result {
        Ok(_) => 200,
        Err(Error::Http(e)) => e.status.as_u16(),
        Err(Error::Validation(e)) => e.status.as_u16(),
        Err(e) => panic!("{e}"),
    }
}

/// Returns the body and headers of the webhook that delivered a message.
fn arrival(message: &str) -> (Vec<u8>, HeaderMap) {
    let url = setting("HOOK_URL");
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET /{path}?id={message} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    assert!(head.contains(" 200 "), "{head}");
    let headers = head
        .lines()
        .skip(1)
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        })
        .collect();
    (answer[end + 4..].to_vec(), headers)
}

async fn publish(svix: &Svix, message: MessageIn, key: Option<&str>) -> MessageOut {
    let options = MessageCreateOptions { idempotency_key: key.map(str::to_owned), ..Default::default() };
    svix.message().create(APP.into(), message, Some(options)).await.unwrap()
}

async fn messages(svix: &Svix, secret: &str) {
    let message = || MessageIn::new("user.created".into(), json!({"amount": 1.5, "name": "Zoë"}));
    let first = publish(svix, message(), Some("key-1")).await;
    assert_eq!(publish(svix, message(), Some("key-1")).await.id, first.id);
    let (body, headers) = arrival(&first.id);
    let webhook = Webhook::new(secret).unwrap();
    webhook.verify(&body, &headers).unwrap();
    assert!(webhook.verify(b"{}", &headers).is_err());

    let text = MessageIn::new_raw_payload("user.created".into(), "a=1&b=é".into());
    let raw = publish(svix, text.with_content_type("text/plain".into()), None).await;
    let (body, headers) = arrival(&raw.id);
    webhook.verify(&body, &headers).unwrap();
    assert_eq!(body, "a=1&b=é".as_bytes());
    assert_eq!(headers["content-type"], "text/plain");

    let listed = svix.message().list(APP.into(), None).await.unwrap().data;
    assert_eq!(listed.iter().map(|m| &m.id).collect::<Vec<_>>(), [&raw.id, &first.id]);
    for _ in 0..600 {
        let attempts = svix.message_attempt().list_by_msg(APP.into(), first.id.clone(), None).await.unwrap().data;
        if let Some(attempt) = attempts.first() {
            assert_eq!(attempt.response_status_code, 204);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no attempt is listed");
}

async fn sources(svix: &Svix) {
    let source = |config| IngestSourceIn { name: "Source".into(), uid: None, metadata: None, config };
    let config = GithubConfig { secret: Some("topsecret".into()) };
    let github = svix.ingest().source().create(source(IngestSourceInConfig::Github(config)), None).await.unwrap();
    let generic = svix.ingest().source().create(source(IngestSourceInConfig::GenericWebhook), None).await.unwrap();
    assert_eq!(generic.config, IngestSourceOutConfig::GenericWebhook);
    let listed = svix.ingest().source().list(None).await.unwrap().data;
    for id in [&github.id, &generic.id] {
        assert!(listed.iter().any(|s| s.id == *id));
    }
    svix.ingest().source().delete(github.id).await.unwrap();
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = SvixOptions { server_url: Some(setting("POSTHORN_URL")), ..Default::default() };
    let svix = Svix::new(setting("POSTHORN_TOKEN"), Some(options));
    let application = ApplicationIn { uid: Some(APP.into()), ..ApplicationIn::new("Rust".into()) };
    let made = svix.application().get_or_create(application, None).await.unwrap();
    assert_eq!(svix.application().get(APP.into()).await.unwrap().id, made.id);
    svix.event_type().create(EventTypeIn::new("user.created".into(), "A test.".into()), None).await.unwrap();
    let endpoint = svix.endpoint().create(APP.into(), EndpointIn::new(setting("HOOK_URL")), None).await.unwrap();
    let secret = svix.endpoint().get_secret(APP.into(), endpoint.id).await.unwrap().key;
    messages(&svix, &secret).await;
    sources(&svix).await;
    assert_eq!(status(svix.application().get("missing".into()).await), 404);
    let odd = ApplicationIn { uid: Some("no spaces".into()), ..ApplicationIn::new("x".into()) };
    assert_eq!(status(svix.application().create(odd, None).await), 422);
    assert_eq!(status(svix.connector().list(None).await), 404);
}
