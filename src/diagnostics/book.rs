//! Where the book has the explanation of a code.

use super::Code;

/// The address of the book, if it was given when the program was built.
const BOOK: Option<&str> = option_env!("MISPFLOW_BOOK_URL");

/// The address of the part of the book that explains a code; `None` if the program does not know where the book is.
pub fn page_of(code: Code) -> Option<String> {
    // An empty one is that of a variable that nobody has set.
    BOOK.filter(|book| !book.is_empty()).map(|book| address(book, code))
}

fn address(book: &str, code: Code) -> String {
    format!("{}/checks.html#{code}", book.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_the_heading_of_the_code() {
        for book in ["https://docs.example.org/mispflow", "https://docs.example.org/mispflow/"] {
            let address = address(book, Code::StaleTag);
            assert_eq!(address, "https://docs.example.org/mispflow/checks.html#stale-tag");
        }
        assert_eq!(page_of(Code::StaleTag).is_some(), BOOK.is_some_and(|book| !book.is_empty()));
    }
}
