use super::*;

/// What nobody may find again: a place, a phone, a name.
const MARKERS: [&[u8]; 6] = [
    b"GPS-24.88N",
    b"TestPhone X1",
    b"thumb-of-face",
    b"xmp:CreatorTool",
    b"motion-video",
    b"comment-here",
];

fn exif_with(orientation: u16, little: bool) -> Vec<u8> {
    let order = |n: u16| {
        if little {
            n.to_le_bytes()
        } else {
            n.to_be_bytes()
        }
    };
    let long = |n: u32| {
        if little {
            n.to_le_bytes()
        } else {
            n.to_be_bytes()
        }
    };
    let mut tiff = if little {
        b"II*\0".to_vec()
    } else {
        b"MM\0*".to_vec()
    };
    tiff.extend(long(8));
    tiff.extend(order(2));
    for (tag, value) in [(0x010f, 7), (0x0112, orientation)] {
        tiff.extend(order(tag));
        tiff.extend(order(3));
        tiff.extend(long(1));
        tiff.extend(order(value));
        tiff.extend([0, 0]);
    }
    tiff.extend(long(0));
    tiff.extend(b"GPS-24.88N TestPhone X1 thumb-of-face");
    tiff
}

fn jpeg_segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], length.as_slice(), body].concat()
}

fn jpeg(orientation: u16) -> Vec<u8> {
    let exif = [b"Exif\0\0".to_vec(), exif_with(orientation, true)].concat();
    [
        vec![0xff, 0xd8],
        jpeg_segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01thumb-of-face"),
        jpeg_segment(0xe1, &exif),
        jpeg_segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0xmp:CreatorTool"),
        jpeg_segment(0xe2, b"ICC_PROFILE\0TestPhone X1"),
        jpeg_segment(0xfe, b"comment-here"),
        jpeg_segment(0xdb, &[7; 65]),
        jpeg_segment(0xc2, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        jpeg_segment(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56],
        jpeg_segment(0xfe, b"comment-here"),
        jpeg_segment(0xda, &[1, 1, 0, 0, 63, 1]),
        vec![0x78, 0xff, 0xff, 0xd9],
        b"motion-video GPS-24.88N".to_vec(),
    ]
    .concat()
}

fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [length.as_slice(), &named, &png::crc(&named).to_be_bytes()].concat()
}

fn png(orientation: u16) -> Vec<u8> {
    [
        png::SIGNATURE.to_vec(),
        png_chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        png_chunk(b"tEXt", b"Comment\0comment-here"),
        png_chunk(b"iCCP", b"TestPhone X1"),
        png_chunk(b"IDAT", &[1, 2, 3]),
        png_chunk(b"eXIf", &exif_with(orientation, false)),
        png_chunk(b"IEND", &[]),
        b"motion-video".to_vec(),
    ]
    .concat()
}

fn webp_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    let pad = vec![0; body.len() % 2];
    [name.as_slice(), &length, body, &pad].concat()
}

fn webp(orientation: u16, flags: u8) -> Vec<u8> {
    let chunks = [
        webp_chunk(b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        webp_chunk(b"ICCP", b"TestPhone X1"),
        webp_chunk(b"VP8 ", &[1, 2, 3]),
        webp_chunk(b"EXIF", &exif_with(orientation, true)),
        webp_chunk(b"XMP ", b"xmp:CreatorTool"),
    ]
    .concat();
    let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    [
        b"RIFF".as_slice(),
        &length,
        b"WEBP",
        &chunks,
        b"motion-video",
    ]
    .concat()
}

fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker)
}

#[test]
fn nothing_that_describes_a_picture_is_left_in_it() {
    for bytes in [jpeg(6), png(6), webp(6, 0x3c)] {
        let prepared = prepare(&bytes, None).unwrap();
        for marker in MARKERS {
            let found = holds(&prepared.bytes, marker);
            assert!(
                !found,
                "{:?}: {}",
                prepared.reference.media,
                String::from_utf8_lossy(marker)
            );
        }
    }
}

#[test]
fn how_a_picture_is_turned_is_kept_and_upright_says_nothing() {
    for turned in 2..=8 {
        for bytes in [jpeg(turned), png(turned), webp(turned, 0x3c)] {
            let prepared = prepare(&bytes, None).unwrap();
            let kept = exif::of_orientation(u8::try_from(turned).unwrap());
            assert!(holds(&prepared.bytes, &kept), "{turned}");
        }
    }
    for upright in [0, 1, 9, 700] {
        let prepared = prepare(&jpeg(upright), None).unwrap();
        assert!(!holds(&prepared.bytes, b"Exif"), "{upright}");
    }
}

#[test]
fn what_draws_the_picture_is_kept_byte_for_byte() {
    let prepared = prepare(&jpeg(1), Some("image/jpeg")).unwrap();
    let wanted = [
        vec![0xff, 0xd8],
        jpeg_segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        jpeg_segment(0xdb, &[7; 65]),
        jpeg_segment(0xc2, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        jpeg_segment(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56],
        jpeg_segment(0xda, &[1, 1, 0, 0, 63, 1]),
        // The fill byte before the last marker belongs to the scan as it was coded.
        vec![0x78, 0xff, 0xff, 0xd9],
    ]
    .concat();
    assert_eq!(prepared.bytes, wanted);
}

#[test]
fn what_is_prepared_twice_is_the_same_and_has_the_same_hash() {
    for bytes in [
        jpeg(6),
        jpeg(1),
        png(8),
        png(1),
        webp(3, 0x3c),
        webp(1, 0x20),
    ] {
        let once = prepare(&bytes, None).unwrap();
        let twice = prepare(&once.bytes, None).unwrap();
        assert_eq!(once, twice);
        assert_eq!(once.reference.hash, AttachmentHash::of(&once.bytes));
        assert_eq!(once.reference.length, once.bytes.len() as u64);
    }
}

#[test]
fn a_picture_cut_at_any_byte_is_refused_and_never_panics() {
    for bytes in [jpeg(6), png(6), webp(6, 0x3c)] {
        let whole = prepare(&bytes, None).unwrap();
        for end in 0..whole.bytes.len() {
            assert!(prepare(&whole.bytes[..end], None).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0xff;
            let _ = prepare(&altered, None);
        }
    }
}

#[test]
fn only_pictures_and_pdf_of_a_bounded_size_are_taken() {
    let told = |bytes: &[u8], named| prepare(bytes, named).unwrap_err();
    assert_eq!(told(b"", None), AttachmentProblem::Empty);
    assert_eq!(told(b"MZ\x90\0", None), AttachmentProblem::UnknownType);
    assert_eq!(
        told(b"\0\0\0\x18ftypheic", None),
        AttachmentProblem::UnknownType
    );
    assert_eq!(
        told(&png(1), Some("image/jpeg")),
        AttachmentProblem::AnotherType {
            found: MediaType::Png
        }
    );
    assert_eq!(told(&webp(1, 0x02), None), AttachmentProblem::Broken);
    let large = [b"%PDF-1.7".to_vec(), vec![b' '; MAX_BYTES as usize]].concat();
    assert_eq!(told(&large, None), AttachmentProblem::TooLarge);
    assert_eq!(
        prepare(b"%PDF-1.7 scan", None).unwrap().reference.media,
        MediaType::Pdf
    );
}

#[test]
fn a_reference_is_a_value_and_comes_back_and_nothing_else_is_one() {
    let reference = prepare(&png(1), None).unwrap().reference;
    assert_eq!(
        AttachmentRef::of_value(&reference.to_value()),
        Some(reference)
    );
    let json = reference.to_json();
    assert_eq!(
        AttachmentRef::of_value(&Value::from_json(&json).unwrap()),
        Some(reference)
    );
    for (name, wrong) in [
        ("hash", serde_json::json!("../../x")),
        ("hash", serde_json::json!("AB".repeat(32))),
        ("length", serde_json::json!(0)),
        ("length", serde_json::json!(MAX_BYTES + 1)),
        ("length", serde_json::json!(-5)),
        ("type", serde_json::json!("text/html")),
    ] {
        let mut altered = json.clone();
        altered[name] = wrong;
        let value = Value::from_json(&altered).unwrap();
        assert_eq!(AttachmentRef::of_value(&value), None, "{altered}");
    }
}
