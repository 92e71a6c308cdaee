import pytest

from negotiation.addresses import UnsafeAddress, is_public, read_web_address, resolve, safe_ip

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def resolver(*addresses):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize("address", PUBLIC)
def test_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
        *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff0e::1", "2001:db8::1", "100::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:53aa:64c::1", "3fff::1", "not an address", ""),
    ],
)
def test_address_of_a_machine_or_network_of_its_own_is_not_public(address):
    assert not is_public(address)


def test_mapped_address_is_judged_as_what_it_maps():
    assert is_public(f"::ffff:{PUBLIC[0]}")


@pytest.mark.parametrize(
    ("text", "host", "port", "target"),
    [
        ("https://example.com/hook?key=1", "example.com", 443, "/hook?key=1"),
        ("http://Example.COM:8080", "example.com", 8080, "/"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "/"),
        ("http://[2606:2800::1]:8443/x", "2606:2800::1", 8443, "/x"),
        ("http://hooks_1.example.com./x", "hooks_1.example.com.", 80, "/x"),
    ],
)
def test_web_address_is_taken_apart(text, host, port, target):
    address = read_web_address(text)

    assert (address.host, address.port, address.target) == (host, port, target)


def test_address_is_asked_for_by_its_name_at_the_checked_ip():
    address = read_web_address("https://example.com:8443/hook")

    assert (address.at("2606:2800::1"), address.authority) == ("https://[2606:2800::1]:8443/hook", "example.com:8443")


@pytest.mark.parametrize(
    "text",
    [
        *("", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)"),
        *("http://", "http:///x", "http://user@example.com/", "http://user:word@example.com/", "http://@example.com/"),
        *("http://example.com:22/", "http://example.com:25/", "http://example.com:0/", "http://example.com:65536/"),
        *("http://example.com:x/", "http://example.com/#part", "http://exa mple.com/", "http://example.com/\n"),
        *("http://example.com\\@127.0.0.1/", "http://[::1", "http://a..b/", f"http://{'x' * 64}.com/", "http://a,b/"),
        *("http://[fe80::1%eth0]/", "http://[fe80::1%25eth0]/"),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused(text):
    with pytest.raises(UnsafeAddress):
        read_web_address(text)


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "127.0.1", "8.8.8", "134744072", "1.2.3.4."),
        *("１２７.０.０.１", "127.0.0.0x1"),
    ],
)
def test_number_in_disguise_is_refused_wherever_it_leads(host):
    with pytest.raises(UnsafeAddress):
        read_web_address(f"http://{host}/")


@pytest.mark.parametrize("host", ["①②⑦.⓪.⓪.①", "ｌocalhost", "127。0。0。1", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_own_machine_in_disguise_is_refused(host):
    with pytest.raises(UnsafeAddress):
        safe_ip(read_web_address(f"http://{host}/"), resolve, allow_private=False)


def test_name_with_one_private_address_is_refused():
    address = read_web_address("https://example.com/")

    with pytest.raises(UnsafeAddress, match="public"):
        safe_ip(address, resolver(PUBLIC[0], "10.0.0.1"), allow_private=False)


def test_name_without_an_address_is_refused():
    with pytest.raises(UnsafeAddress, match="no address"):
        safe_ip(read_web_address("https://example.com/"), resolver(), allow_private=True)


def test_private_address_is_taken_where_that_is_allowed():
    assert safe_ip(read_web_address("http://here/"), resolver("127.0.0.1"), allow_private=True) == "127.0.0.1"


def test_unknown_name_has_no_address():
    assert resolve("nothing.invalid", 80) == ()
