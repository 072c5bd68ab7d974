//! The code blocks of a page.

/// A block between fences.
pub struct Block {
    /// The first word after the fence.
    pub kind: String,
    /// The further ones.
    options: Vec<String>,
    /// What is between the fences.
    pub content: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

impl Block {
    /// Whether an option without a value is given.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|option| option == name)
    }

    /// The value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
    }
}

/// All blocks, in order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            if let Some(block) = &mut open {
                block.content.push_str(line);
                block.content.push('\n');
            }
            continue;
        };
        if let Some(block) = open.take() {
            blocks.push(block);
            continue;
        }
        let mut words = info.split(',').map(str::to_owned);
        let kind = words.next().unwrap_or_default();
        open = Some(Block { kind, options: words.collect(), content: String::new(), line: index + 1 });
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}
