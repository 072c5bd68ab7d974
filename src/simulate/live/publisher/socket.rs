//! A socket that publishes.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout, timeout_at};
use zeromq::{Socket, SocketRecv, SocketSend, XPubSocket, ZmqMessage};

use super::{PublisherError, TOPIC, endpoint};

/// How long a subscriber may take to accept a message.
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// How long the connections stay open after the last message.
const LINGER: Duration = Duration::from_millis(50);

/// Publishes on an address, as MISP does: subscribers connect to it.
#[derive(Debug)]
pub struct Publisher {
    orders: Option<UnboundedSender<Order>>,
    thread: Option<JoinHandle<()>>,
    endpoint: String,
}

/// A message, and where to say what became of it.
#[derive(Debug)]
struct Order {
    message: String,
    done: SyncSender<Result<bool, String>>,
}

impl Publisher {
    /// Binds to an address such as `tcp://127.0.0.1:50000`; port 0 is any free one. The first message waits for a
    /// subscriber, but not longer than `patience`: a publisher does not keep messages for those who come later.
    ///
    /// # Errors
    /// If it is not an address, or cannot be bound to.
    pub fn bind(address: &str, patience: Duration) -> Result<Self, PublisherError> {
        let address = endpoint(address)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut socket = XPubSocket::new();
        let endpoint = runtime.block_on(socket.bind(&address));
        let endpoint = endpoint.map_err(|error| PublisherError::Bind { address, reason: error.to_string() })?;
        let (orders, queue) = unbounded_channel();
        let serve = move || runtime.block_on(serve(socket, queue, patience));
        let thread = std::thread::Builder::new().name("publisher".into()).spawn(serve)?;
        Ok(Self { orders: Some(orders), thread: Some(thread), endpoint: endpoint.to_string() })
    }

    /// The address it is bound to.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Publishes JSON under [`TOPIC`]. Says whether there was anybody who had subscribed to it.
    ///
    /// # Errors
    /// What went wrong.
    pub fn publish(&self, json: &str) -> Result<bool, String> {
        const STOPPED: &str = "the publisher has stopped";
        let (done, answer) = sync_channel(1);
        let order = Order { message: format!("{TOPIC} {json}"), done };
        let orders = self.orders.as_ref().ok_or(STOPPED)?;
        orders.send(order).map_err(|_| STOPPED)?;
        answer.recv().map_err(|_| STOPPED)?
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Publishes what is ordered, until nobody can order any more.
async fn serve(mut socket: XPubSocket, mut orders: UnboundedReceiver<Order>, patience: Duration) {
    let mut subscriptions = 0_usize;
    let mut is_first = true;
    loop {
        tokio::select! {
            biased;
            heard = socket.recv() => note(heard.as_ref().ok(), &mut subscriptions),
            order = orders.recv() => {
                let Some(order) = order else { break };
                let until = Instant::now() + if is_first { patience } else { Duration::ZERO };
                is_first = false;
                while subscriptions == 0 {
                    let Ok(heard) = timeout_at(until, socket.recv()).await else { break };
                    note(heard.as_ref().ok(), &mut subscriptions);
                }
                let sent = match timeout(SEND_LIMIT, socket.send(ZmqMessage::from(order.message))).await {
                    Ok(Ok(())) => Ok(subscriptions > 0),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err("a subscriber does not accept messages".to_owned()),
                };
                // Whoever ordered it may have lost interest.
                let _ = order.done.send(sent);
            }
        }
    }
    let end = Instant::now() + LINGER;
    while timeout_at(end, socket.recv()).await.is_ok() {}
}

/// Counts the subscriptions that the topic falls under.
fn note(heard: Option<&ZmqMessage>, subscriptions: &mut usize) {
    let heard = heard.and_then(|message| message.get(0));
    let Some((kind, prefix)) = heard.and_then(|frame| frame.split_first()) else { return };
    if TOPIC.as_bytes().starts_with(prefix) || prefix == format!("{TOPIC} ").as_bytes() {
        match kind {
            1 => *subscriptions += 1,
            0 => *subscriptions = subscriptions.saturating_sub(1),
            _ => {}
        }
    }
}
