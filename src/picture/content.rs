//! What a box holds, and how large it becomes by that.

use crate::layout::PORT_DISTANCE;

use super::font::Font;
use super::scene::{Line, NodeBox, Port, Style};

/// Between the border of a box and its text.
const PADDING: f64 = 12.0;
/// Boxes are at least as wide as this, and their text at most as wide as [`WIDEST_TEXT`].
const NARROWEST: f64 = 130.0;
const WIDEST_TEXT: f64 = 270.0;
/// So many lines are shown of a title, of each parameter, and in all.
const TITLE_LINES: usize = 4;
const TEXT_LINES: usize = 3;
const ALL_LINES: usize = 9;
/// Between text and the names of outputs.
const PORT_GAP: f64 = 10.0;

/// The font of each kind of line, how far the base line is below the line before it, and how far the next begins after.
pub(super) const fn font(style: Style) -> Font {
    match style {
        Style::Head => Font { size: 9.5, is_bold: false },
        Style::Title => Font { size: 12.5, is_bold: true },
        Style::Text => Font { size: 11.0, is_bold: false },
    }
}

/// The font of the names of outputs.
pub(super) const PORT_FONT: Font = Font { size: 10.0, is_bold: false };

fn line_height(style: Style) -> f64 {
    match style {
        Style::Head => 13.0,
        Style::Title => 16.5,
        Style::Text => 15.0,
    }
}

/// Sets the lines of a box and gives it its size. The ports have their labels already.
pub(super) fn set(node: &mut NodeBox) {
    let labels = node.ports.iter().map(|port| PORT_FONT.width(&port.label)).fold(0.0, f64::max);
    let ports = if labels > 0.0 { labels + PORT_GAP } else { 0.0 };
    let id = font(Style::Head).width(&format!("  {}", node.number));
    let mut wanted = vec![(Style::Head, 0, font(Style::Head).line(&node.head, WIDEST_TEXT - id))];
    let title = font(Style::Title).lines(&node.title, WIDEST_TEXT - ports, TITLE_LINES);
    wanted.extend(title.into_iter().map(|line| (Style::Title, 0, line)));
    let mut left = ALL_LINES;
    for (index, said) in node.says.iter().enumerate() {
        let lines = font(Style::Text).lines(&said.whole(), WIDEST_TEXT - ports, TEXT_LINES);
        let is_last = index + 1 == node.says.len();
        if lines.len() > left || (left == lines.len() && !is_last) {
            wanted.push((Style::Text, 0, format!("… {} more", node.says.len() - index)));
            break;
        }
        left -= lines.len();
        let sign = said.mark.told().map_or(0, |(sign, _)| sign.len() + 1);
        let mut name = if said.name.is_empty() { 0 } else { sign + said.name.len() + 1 };
        for line in lines {
            let own = name.min(line.len());
            // A line is never cut inside of a character, but an ellipsis may be where the name went on.
            let own = if line.is_char_boundary(own) { own } else { line.len() };
            wanted.push((Style::Text, own, line));
            name = name.saturating_sub(own + 1);
        }
    }
    let mut y = PADDING - 3.0;
    let mut width: f64 = 0.0;
    for (style, name, text) in wanted {
        y += line_height(style);
        let extra = if style == Style::Head { id } else { ports };
        width = width.max(font(style).width(&text) + extra);
        node.lines.push(Line { style, text, name, y });
    }
    let labelled = node.ports.iter().filter(|port| !port.label.is_empty()).count();
    let ports = node.ports.iter().map(|_| PORT_DISTANCE).sum::<f64>().max(PORT_DISTANCE);
    let least = ports + if labelled > 0 { 44.0 } else { 8.0 };
    node.place.width = (width + 2.0 * PADDING).max(NARROWEST).ceil();
    node.place.height = (y + PADDING).max(least).ceil();
}

/// Puts the outputs where the layout thinks they are.
pub(super) fn set_ports(ports: &mut [Port], height: f64) {
    let count = ports.len();
    for (index, port) in ports.iter_mut().enumerate() {
        port.y = height / 2.0 + crate::layout::port_offset(count, index);
    }
}
