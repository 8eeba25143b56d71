//! `serve`: the gateway on an address, with the log.

use crate::clock;
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::sync::Arc;
use store::Store;
use tracing_subscriber::EnvFilter;

/// How to serve.
#[derive(Args)]
pub struct Serving {
    /// Address and port.
    #[arg(long, env = "QINGDAN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Format of the log on stderr; RUST_LOG sets what is in it.
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

/// Format of the log.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One object a line.
    Json,
    /// For people.
    Text,
}

/// Starts the log.
pub fn logging(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first log.
    let _ = match format {
        LogFormat::Json => log.json().try_init(),
        LogFormat::Text => log.try_init(),
    };
    // A fault of the program is a line of the log like any other, with its request; what it was about may be personal.
    std::panic::set_hook(Box::new(|fault| {
        let at = fault.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "a fault of the program");
    }));
}

/// Serves until Ctrl+C or SIGTERM. `ready` hears the address as soon as it answers.
pub async fn run(store: Store, serving: &Serving, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(serving.listen)
        .await
        .with_context(|| format!("不能在 {} 上提供服务,请用 --listen 换一个地址", serving.listen))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving");
    ready(address);
    let settings = gateway::Settings {
        clock: Arc::new(clock::now),
        migration: migrations::newest(),
        start: clock::now().timestamp() as u64,
    };
    gateway::serve(store, settings, listener, stop()).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
