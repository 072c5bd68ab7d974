//! What `push-zmq` publishes.

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use mispflow::simulate::live::{Publisher, PublisherError, Session};
use serde_json::json;
use zeromq::{Socket, SocketRecv, SubSocket};

use super::{environment, run};

/// Subscribes, and hands over what comes.
fn subscriber(endpoint: &str, topic: &'static str) -> Receiver<Vec<Vec<u8>>> {
    let (sender, messages) = channel();
    let endpoint = endpoint.to_owned();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut socket = SubSocket::new();
            socket.connect(&endpoint).await.unwrap();
            socket.subscribe(topic).await.unwrap();
            while let Ok(message) = socket.recv().await {
                if sender.send(message.into_vec().iter().map(|frame| frame.to_vec()).collect()).is_err() {
                    break;
                }
            }
        });
    });
    messages
}

fn session(patience: Duration) -> (Session, String) {
    let publisher = Publisher::bind("127.0.0.1:0", patience).unwrap();
    let endpoint = publisher.endpoint().to_owned();
    let mut session = Session::new(environment());
    session.zmq = Some(publisher);
    (session, endpoint)
}

#[test]
fn a_subscriber_gets_topic_and_json() {
    let (session, endpoint) = session(Duration::from_secs(20));
    let all = subscriber(&endpoint, "");
    let mine = subscriber(&endpoint, "misp_json_workflow");
    let other = subscriber(&endpoint, "misp_json_event");
    // The first message waits for somebody, and which of the two that is nobody can say.
    thread::sleep(Duration::from_millis(500));
    let result = run(
        &session,
        r#"push-zmq(data_extraction_path: "Event.info") push-zmq(data_extraction_path: "Event.Attribute.{n}.value")"#,
    );
    assert_eq!((&result["errors"], &result["effects"][0]["data"]), (&json!([]), &json!(["Phish"])));
    drop(session);
    for messages in [all, mine] {
        let got: Vec<_> = messages.iter().take(2).collect();
        let expected = [r#"misp_json_workflow ["Phish"]"#, r#"misp_json_workflow ["https://a.example/x?y=1","-"]"#];
        assert_eq!(got, expected.map(|message| vec![message.as_bytes().to_vec()]));
    }
    assert!(other.recv_timeout(Duration::from_millis(100)).is_err());
}

#[test]
fn the_first_message_waits_for_a_subscriber() {
    let (session, endpoint) = session(Duration::from_secs(20));
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        subscriber(&endpoint, "misp_json_workflow ").recv_timeout(Duration::from_secs(20)).unwrap()
    });
    run(&session, r#"push-zmq(data_extraction_path: "Event.id")"#);
    assert_eq!(late.join().unwrap(), [br#"misp_json_workflow ["7"]"#]);
    assert_eq!(session.take_problems(), Vec::<String>::new());
}

#[test]
fn without_a_subscriber_it_goes_on_and_says_so() {
    let (session, _) = session(Duration::from_millis(50));
    let start = Instant::now();
    let result = run(&session, "push-zmq() push-zmq()");
    assert_eq!(result["errors"], json!([]));
    assert_eq!(session.take_problems(), ["live: `push-zmq`: there was no subscriber, so nobody received the message"]);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_address_that_is_taken_or_none() {
    let first = Publisher::bind("tcp://127.0.0.1:0", Duration::ZERO).unwrap();
    let taken = Publisher::bind(first.endpoint(), Duration::ZERO).unwrap_err();
    assert!(matches!(taken, PublisherError::Bind { .. }), "{taken}");
    for wrong in ["127.0.0.1", "udp://127.0.0.1:1", "tcp://:1", "tcp://127.0.0.1:99999"] {
        assert!(matches!(Publisher::bind(wrong, Duration::ZERO), Err(PublisherError::Address(_))), "{wrong}");
    }
}
