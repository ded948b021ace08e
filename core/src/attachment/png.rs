//! PNG (W3C, third edition): only the chunks that draw the picture, up to its end.

use super::exif;

/// How a PNG begins.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What draws the picture, and how light it is meant. A picture that moves stands still.
const DRAWS: [&[u8; 4]; 9] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT",
];

/// The picture without what describes it; none where it does not follow the format to its end.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut chunks: Vec<&[u8]> = Vec::new();
    let mut turned = None;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
        let whole = usize::try_from(length).ok()?.checked_add(12)?;
        let (chunk, after) = rest.split_at_checked(whole)?;
        let name: &[u8; 4] = chunk.get(4..8)?.try_into().ok()?;
        if chunks.is_empty() && name != b"IHDR" {
            return None;
        }
        if name == b"eXIf" {
            turned = turned.or(exif::orientation(chunk.get(8..whole - 4)?));
        }
        if DRAWS.contains(&name) {
            chunks.push(chunk);
        }
        if name == b"IEND" {
            break;
        }
        rest = after;
    }
    let mut out = SIGNATURE.to_vec();
    for (place, chunk) in chunks.iter().enumerate() {
        out.extend_from_slice(chunk);
        if let Some(turned) = turned.filter(|_| place == 0) {
            out.extend(chunk_of(b"eXIf", &exif::of_orientation(turned)));
        }
    }
    Some(out)
}

fn chunk_of(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut out = length.to_be_bytes().to_vec();
    out.extend_from_slice(&named);
    out.extend(crc(&named).to_be_bytes());
    out
}

/// The check that ends a chunk (ISO 3309); of a few bytes, so no table.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = crc & 1 == 1;
            crc >>= 1;
            if odd {
                crc ^= 0xedb8_8320;
            }
        }
    }
    !crc
}
