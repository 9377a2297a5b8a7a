"""Session descriptions, as far as a third party changes and compares them."""

from sipsorcery_web.calls.third_party.descriptions import Origin, is_same_media, silence_for

OFFER = (
    "v=0\r\no=phone 5 6 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    "a=candidate:1 1 UDP 1 192.0.2.7 4000 typ host\r\nm=video 4002 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
)


def test_silence_takes_up_the_sound_of_an_offer_and_refuses_the_rest() -> None:
    assert silence_for(OFFER).splitlines()[5:] == [
        "m=audio 9 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=inactive",
        "m=video 0 RTP/AVP 97",
    ]


def test_silence_for_encrypted_sound_has_a_key_of_its_own() -> None:
    offer = OFFER.replace("RTP/AVP 0", "RTP/SAVP 0").replace(
        "a=candidate", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:theirs\r\na=candidate"
    )

    (line,) = (line for line in silence_for(offer).splitlines() if line.startswith("a=crypto"))

    assert line.startswith("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:")
    assert "theirs" not in line


def test_descriptions_are_compared_by_where_sound_goes() -> None:
    fewer_codecs = OFFER.replace(" 0 8 101", " 0").replace("5 6", "5 7")

    assert is_same_media(OFFER, fewer_codecs)
    assert not is_same_media(OFFER, OFFER.replace("4000 RTP", "4010 RTP"))
    assert not is_same_media(OFFER, OFFER.replace("c=IN IP4 192.0.2.7", "c=IN IP4 192.0.2.8"))
    assert not is_same_media(OFFER, OFFER + "a=inactive\r\n")


def test_all_that_one_side_is_sent_has_one_origin_whose_version_grows() -> None:
    origin = Origin()
    first, again, other = origin.own(OFFER), origin.own(OFFER), origin.own(silence_for(OFFER))

    assert first == again
    session, version = first.splitlines()[1].split()[1:3]
    assert other.splitlines()[1].split()[1:3] == [session, str(int(version) + 1)]
    assert "o=phone" not in first
    assert origin.own("") == ""
