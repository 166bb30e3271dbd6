use super::*;

const KEY: [u8; 16] = [7; 16];

/// Content with a padding of our own, as `by_cbc` gets it.
fn encrypted(padded: &[u8]) -> Vec<u8> {
    let vector = [9; BLOCK];
    let mut crypter = Crypter::new(Cipher::aes_128_cbc(), Mode::Encrypt, &KEY, Some(&vector)).unwrap();
    crypter.pad(false);
    let mut blocks = vec![0; padded.len() + BLOCK];
    let written = crypter.update(padded, &mut blocks).unwrap();
    let rest = crypter.finalize(&mut blocks[written..]).unwrap();
    blocks.truncate(written + rest);
    [&vector[..], &blocks].concat()
}

fn decrypted(ciphertext: &[u8]) -> Option<Vec<u8>> {
    by_cbc(Cipher::aes_128_cbc(), &KEY, ciphertext)
}

#[test]
fn the_last_octet_alone_says_how_long_the_padding_is() {
    for (length, fill) in (1..=16u8).flat_map(|length| [(length, 0), (length, length), (length, 0xa5)]) {
        let content = vec![b'a'; 48 - usize::from(length)];
        let mut padded = [content.clone(), vec![fill; usize::from(length)]].concat();
        *padded.last_mut().unwrap() = length;
        assert_eq!(decrypted(&encrypted(&padded)), Some(content), "{length}");
    }
}

/// Seventeen octets of padding would be taken from the block before the last.
#[test]
fn a_padding_of_nothing_or_of_more_than_a_block_is_none() {
    for length in [0].into_iter().chain(17..=255) {
        let mut padded = vec![b'a'; 320];
        *padded.last_mut().unwrap() = length;
        assert_eq!(decrypted(&encrypted(&padded)), None, "{length}");
    }
}

#[test]
fn what_is_cut_gives_nothing() {
    let whole = encrypted(&[vec![b'a'; 31], vec![1]].concat());
    assert_eq!(whole.len(), 48);
    for length in (0..48).filter(|length| *length != 32) {
        assert_eq!(decrypted(&whole[..length]), None, "{length}");
    }
    let mut tag = [0; BLOCK];
    let content =
        openssl::symm::encrypt_aead(Cipher::aes_128_gcm(), &KEY, Some(&[9; GCM_VECTOR]), &[], b"ann", &mut tag);
    let whole = [&[9; GCM_VECTOR][..], &content.unwrap(), &tag].concat();
    assert_eq!(by_gcm(Cipher::aes_128_gcm(), &KEY, &whole), Some(b"ann".to_vec()));
    for length in 0..whole.len() {
        assert_eq!(by_gcm(Cipher::aes_128_gcm(), &KEY, &whole[..length]), None, "{length}");
    }
}

#[test]
fn a_key_never_prints() {
    let key = PKey::private_key_from_pem(include_bytes!("../../tests/fixtures/keys/sp.key.pem")).unwrap();
    let key = DecryptionKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap();
    assert_eq!(format!("{key:?}"), "DecryptionKey(***)");
}

#[test]
fn only_rsa_decrypts() {
    let curve = PKey::private_key_from_pem(include_bytes!("../../tests/fixtures/keys/ec.key.pem")).unwrap();
    assert!(DecryptionKey::from_pkcs8(&curve.private_key_to_pkcs8().unwrap()).is_err());
}
