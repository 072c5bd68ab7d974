//! Archives that are compressed with gzip or zstd. What they are is told by their first bytes, whatever they are called.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How far back a frame of zstd may look, in bytes: `zstd -20` looks as far. It is held in memory.
const LARGEST_WINDOW: u64 = 32 * 1024 * 1024;

/// What there is to read.
pub(super) type Stream = Box<dyn Read + Send>;

/// What is in a stream, unpacked if it is compressed.
///
/// # Errors
/// What the system says of the first bytes.
pub(super) fn unpacked(mut stream: impl Read + Send + 'static) -> io::Result<Stream> {
    let mut start = Vec::with_capacity(ZSTD.len());
    // One byte after the other, as long as they may be a beginning: a pipe is not waited for in vain.
    while [GZIP, ZSTD].iter().any(|magic| magic.len() > start.len() && magic.starts_with(&start)) {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => start.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let (is_gzip, is_zstd) = (start == GZIP, start == ZSTD);
    let stream = Cursor::new(start).chain(stream);
    Ok(if is_gzip {
        Box::new(Unpacking { inner: MultiGzDecoder::new(stream), program: "gzip" })
    } else if is_zstd {
        Box::new(Unpacking { inner: Zstd::new(stream), program: "zstd" })
    } else {
        Box::new(stream)
    })
}

/// Says of an error what was being done.
struct Unpacking<R> {
    inner: R,
    program: &'static str,
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock => error,
            _ => {
                let message = format!("it is compressed with {}, and cut off or broken ({error})", self.program);
                io::Error::new(io::ErrorKind::InvalidData, message)
            }
        })
    }
}

/// The frames of a stream of zstd, one after the other.
struct Zstd<R> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    /// Whether a frame has begun.
    is_open: bool,
}

impl<R: Read> Zstd<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(LARGEST_WINDOW);
        Self { source: BufReader::new(source), decoder, is_open: false }
    }

    /// Begins the next frame; `false` at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.is_open = true;
                    return Ok(true);
                }
                // It holds something for others.
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.source.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.is_open || self.begin()? {
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one).map_err(io::Error::other)?;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.is_open = false;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &str) -> Vec<u8> {
        compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
    }

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        unpacked(Cursor::new(bytes))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "{", "{}", "(", "\u{1f}", "{\"Event\": {}}\n"] {
            assert_eq!(read(text.as_bytes().to_vec()).unwrap(), text);
        }
    }

    #[test]
    fn several_parts_are_one_text() {
        for compress in [gzip, zstd] {
            assert_eq!(read(compress("{}\n")).unwrap(), "{}\n");
            assert_eq!(read([compress("{}\n"), compress(""), compress("[1]\n")].concat()).unwrap(), "{}\n[1]\n");
        }
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        assert_eq!(read([zstd("a"), skipped, zstd("b")].concat()).unwrap(), "ab");
    }

    #[test]
    fn what_is_cut_off_or_broken_is_an_error() {
        let long = "{\"a\": 1}\n".repeat(1_000);
        for compress in [gzip, zstd] {
            let whole = compress(&long);
            for length in [4, 10, whole.len() / 2, whole.len() - 1] {
                assert!(read(whole[..length].to_vec()).is_err(), "{length} of {}", whole.len());
            }
        }
        // A window of 128 GiB.
        assert!(read(vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0xd8, 0, 0, 0]).is_err());
    }
}
