/**
 * A self-signed certificate for `localhost` and 127.0.0.1, and its published key, for tests on this
 * machine alone: they protect nothing. Made with `openssl ca -selfsign`, valid 2020 to 2120.
 */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4bkQO06Flt2VXDP4
nyFcnJ1g0JUbHZD2/hqPZqx4zx6hRANCAAR+qsmNmI4hGdbL5dMzaCdb6XpT9paM
HHghsvKWOPGeThbwQMk4Vf7lUaS6uFbVoYrrs2X9NRXuPJrWPEowpi0K
-----END PRIVATE KEY-----`;

export const cert = `-----BEGIN CERTIFICATE-----
MIIBZDCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABH6qyY2YjiEZ1svl
0zNoJ1vpelP2lowceCGy8pY48Z5OFvBAyThV/uVRpLq4VtWhiuuzZf01Fe48mtY8
SjCmLQqjSzBJMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAMBgNVHRMEBTAD
AQH/MB0GA1UdDgQWBBQEbZAch3UBqzD/flMAmZHobO8+8jAKBggqhkjOPQQDAgNI
ADBFAiBFYYCUeOMzSdbvFKdjDoAGWH0nCpKhiJimfnMnn5AfowIhAK0E1u0Rxuak
zEDCnu8spkUuJjZaslNz+ciMalR1y9nV
-----END CERTIFICATE-----`;
