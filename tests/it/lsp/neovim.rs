//! Neovim with the server, set up as the page on editors says. Skips where Neovim is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::folder;

/// The Lua of the page that is for this version.
fn set_up(version: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/editors.md")).unwrap();
    let is_old = version.starts_with("NVIM v0.7");
    let mut blocks = page.split("```lua\n").skip(1).map(|block| block.split("```").next().unwrap());
    let block = blocks.find(|block| block.contains("mispflow") && block.contains("start_client") == is_old);
    block.expect("the page has a block for this version").to_owned()
}

const GUARD: &str = "import \"policy.mwf\"\n\nworkflow guard on event-publish {\n    if event tagged any restricted {\n        stop-execution(message: \"no\")\n    }\n}\n";

/// What is done in the editor. `fail` ends it.
const SCRIPT: &str = r#"
local function fail(what) io.stderr:write(what .. "\n") vim.cmd("cquit 1") end
local function check(holds, what) if not holds then fail(what) end end
local function wait(what, holds) check(vim.wait(30000, holds, 20), "waited in vain: " .. what) end
local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n" end
local function messages()
  local all = {}
  for _, found in ipairs(vim.diagnostic.get(0)) do table.insert(all, found.code .. " " .. found.lnum) end
  return table.concat(all, ", ")
end
local function attached()
  return next(vim.lsp.buf_get_clients(0)) ~= nil
end
local function at(word)
  vim.fn.cursor(1, 1)
  check(vim.fn.search(word, "cW") > 0, word .. " is not there")
end

-- Open.
vim.cmd("edit guard.mwf")
wait("the server", attached)
check(vim.bo.filetype == "mwf", "the file is " .. vim.bo.filetype)

-- Type a mistake, and see it.
at("stop-execution")
vim.cmd("normal! Owebhok( url:\"https://x.example\" )")
wait("the finding", function() return messages():find("unknown%-module 4") ~= nil end)

-- The quick fix.
vim.ui.select = function(items, options, choose)
  for index, item in ipairs(items) do
    local action = item.action or item[2]
    if action.title:find("Replace with `webhook`", 1, true) then return choose(item, index) end
  end
  fail("the quick fix is not offered")
end
at("webhok")
vim.lsp.buf.code_action()
wait("the fix", function() return text():find("webhook(", 1, true) ~= nil end)
wait("no finding", function() return messages() == "" end)

-- Complete.
at("event tagged any restricted")
vim.cmd("normal! f d0C    if Event.Or")
vim.fn.cursor(vim.fn.line("."), vim.fn.col("$"))
local params = vim.lsp.util.make_position_params()
params.position.character = #vim.api.nvim_get_current_line()
local answers = vim.lsp.buf_request_sync(0, "textDocument/completion", params, 10000) or {}
local offered
for _, answer in pairs(answers) do
  for _, item in ipairs(answer.result.items) do
    if item.label == "Orgc" then offered = item end
  end
end
check(offered, "Orgc is not offered")
vim.lsp.util.apply_text_edits({ offered.textEdit }, 0, "utf-16")
check(vim.api.nvim_get_current_line() == "    if Event.Orgc", "completed: " .. vim.api.nvim_get_current_line())
vim.cmd("normal! 0C    if event tagged any restricted {")
wait("no finding again", function() return messages() == "" end)

-- Hover.
at("stop-execution")
vim.lsp.buf.hover()
wait("the words", function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      if table.concat(lines, "\n"):find("stop%-execution") then return true end
    end
  end
  return false
end)

-- Definition.
at("restricted")
vim.lsp.buf.definition()
wait("the definition", function() return vim.fn.expand("%:t") == "policy.mwf" end)
wait("the server there", attached)

-- Rename, over files.
vim.lsp.buf.rename("kept-inside")
wait("the new name", function() return text():find("let kept%-inside = ") ~= nil end)
vim.cmd("silent! wall")
vim.cmd("edit guard.mwf")
wait("the new name elsewhere", function() return text():find("tagged any kept%-inside {") ~= nil end)

-- Format.
if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = 10000 }) else vim.lsp.buf.formatting_sync(nil, 10000) end
check(text():find('        webhook(url: "https://x.example")\n        stop-execution', 1, true), "formatted: " .. text())

vim.cmd("wall")
vim.cmd("qall!")
"#;

#[test]
fn a_session_in_neovim() {
    let Ok(version) = Command::new("nvim").arg("--version").output() else {
        eprintln!("skipped: there is no Neovim (`apt-get install neovim`)");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let folder = folder(&[
        ("mispflow.toml", ""),
        ("guard.mwf", GUARD),
        ("policy.mwf", "let restricted = [\"tlp:red\"]\n"),
        ("init.lua", &set_up(&version)),
        ("session.lua", SCRIPT),
    ]);
    let program: PathBuf = assert_cmd::cargo::cargo_bin("mispflow");
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let output = Command::new("nvim")
        .args(["--headless", "-u", "init.lua", "-i", "NONE", "-n", "-c", "luafile session.lua"])
        .current_dir(folder.path())
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", &home)
        .env("XDG_DATA_HOME", &home)
        .env("XDG_STATE_HOME", &home)
        .env("XDG_CACHE_HOME", &home)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}\n{}", output.status, String::from_utf8_lossy(&output.stdout));
    let guard = fs::read_to_string(folder.path().join("guard.mwf")).unwrap();
    assert_eq!(
        guard,
        "import \"policy.mwf\"\n\nworkflow guard on event-publish {\n    if event tagged any kept-inside {\n        webhook(url: \"https://x.example\")\n        stop-execution(message: \"no\")\n    }\n}\n"
    );
    assert_eq!(fs::read_to_string(folder.path().join("policy.mwf")).unwrap(), "let kept-inside = [\"tlp:red\"]\n");
}
