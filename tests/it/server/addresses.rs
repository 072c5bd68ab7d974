//! To which server a key goes.

use std::fs;

use super::stand_in::KEY;
use super::{GUARD, empty, run_with};
use crate::program::{add, folder};

/// A project whose project file names a server.
fn project(url: &str, more: &str) -> tempfile::TempDir {
    folder(&[("guard.mwf", GUARD), ("mispflow.toml", &format!("[server.prod]\nurl = \"{url}\"\n{more}"))])
}

#[test]
fn a_changed_address_in_the_project_gets_no_key() {
    let (good, evil) = (empty(), empty());
    let project = project(&evil.url(), "key-env = \"MISP_KEY\"\n");
    let url = good.url();
    for variables in [
        vec![("MISPFLOW_URL", url.as_str()), ("MISPFLOW_KEY", KEY), ("MISP_KEY", KEY)],
        vec![("MISP_KEY", KEY)],
        vec![("MISP_KEY", KEY), ("MISP_KEY_URL", &url)],
        vec![("MISPFLOW_KEY", KEY)],
    ] {
        let done = run_with(project.path(), &variables, &["plan", "--server", "prod"]);
        assert_eq!(done.code(), 2, "{}", done.messages());
        assert!(!done.messages().contains(KEY));
    }
    assert_eq!(*evil.calls.lock().unwrap(), Vec::<String>::new());
    // Without a name the environment is the server, and the other address is told.
    let done = run_with(project.path(), &[("MISPFLOW_URL", &url), ("MISPFLOW_KEY", KEY)], &["plan"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.messages().contains("the project file names other addresses"), "{}", done.messages());
    assert_eq!(*evil.calls.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn the_users_own_file_names_servers() {
    let (good, evil) = (empty(), empty());
    let project = project(&evil.url(), "");
    let home = folder(&[("mispflow/prod.key", KEY)]);
    add(home.path(), "mispflow/servers.toml", &format!("[prod]\nurl = \"{}\"\nkey-file = \"prod.key\"\n", good.url()));
    let configuration = home.path().to_str().unwrap();
    let done = run_with(project.path(), &[("XDG_CONFIG_HOME", configuration)], &["plan"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.out().starts_with(&format!("server `prod`, {}", good.url())), "{}", done.out());
    assert!(done.messages().contains("which is not used"), "{}", done.messages());
    assert_eq!(*evil.calls.lock().unwrap(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_file_of_servers_must_be_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let good = empty();
    let text = format!("[prod]\nurl = \"{}\"\nkey-env = \"MISP_KEY\"\n", good.url());
    let project = project(&good.url(), "");
    let home = folder(&[("mispflow/servers.toml", &text)]);
    let file = home.path().join("mispflow/servers.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let configuration = home.path().to_str().unwrap();
    let variables = [("XDG_CONFIG_HOME", configuration), ("MISP_KEY", KEY)];
    let done = run_with(project.path(), &variables, &["plan"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("others may write to"), "{}", done.messages());
    // One that came with the project counts as little.
    add(project.path(), "conf/mispflow/servers.toml", &text);
    let inside = project.path().join("conf");
    let variables = [("XDG_CONFIG_HOME", inside.to_str().unwrap()), ("MISP_KEY", KEY)];
    let done = run_with(project.path(), &variables, &["plan"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("is in the project"), "{}", done.messages());
    assert_eq!(*good.calls.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn a_server_may_not_have_any_name() {
    let good = empty();
    let project =
        folder(&[("guard.mwf", GUARD), ("mispflow.toml", &format!("[server.\"../x\"]\nurl = \"{}\"\n", good.url()))]);
    let done = run_with(project.path(), &[("MISPFLOW_URL", &good.url()), ("MISPFLOW_KEY", KEY)], &["plan"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("cannot be the name of a server"), "{}", done.messages());
}

#[test]
fn a_redirect_is_not_followed() {
    let project = folder(&[("guard.mwf", GUARD)]);
    let evil = empty();
    let target = format!("Location: {}/servers/getVersion.json\r\n", evil.url());
    let peer =
        crate::live::peer::Peer::new(move |_, stream| crate::live::peer::respond(stream, "302 Found", &target, ""));
    let done = run_with(project.path(), &[("MISPFLOW_URL", &peer.url()), ("MISPFLOW_KEY", KEY)], &["plan"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("sends the request on to another address"), "{}", done.messages());
    assert_eq!(*evil.calls.lock().unwrap(), Vec::<String>::new());
}
