/// A certificate for `localhost` and 127.0.0.1 until 2126 and the authority that signed it, both made for these tests with
/// openssl (P-256).
enum TestCertificate {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBkzCCATmgAwIBAgIUX+CICcv8poKVOFOA2dl+cCgqbHkwCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTdGVsZSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjExNTU4NDRa
        GA8yMTI2MTAyODE1NTg0NFowHjEcMBoGA1UEAwwTdGVsZSB0ZXN0IGF1dGhvcml0
        eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKVBVCj6jwNNJ5w0z+fJbylz0vTX
        U8eXJjUI9yL4BOOncIu1WXpQ0Wf5JyK893VIlQV1AJdRMDGbwLZEIUnTtIOjUzBR
        MB0GA1UdDgQWBBQyoJFAFnwTRqsCb4b85amlhtGhwTAfBgNVHSMEGDAWgBQyoJFA
        FnwTRqsCb4b85amlhtGhwTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gA
        MEUCIQCKSRT9MrRVca7f5TfG2NtzjKBrF1Y8/9WJlpmvX/N5DgIgbPnvofvr4zEZ
        QFJG8w5XJYOLT7OoQIEfW5hGXJRuv30=
        -----END CERTIFICATE-----
        """

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBtDCCAVqgAwIBAgIUeM9+aWMpBRge9uaE5zq76IfCW5kwCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTdGVsZSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjExNTU4NDRa
        GA8yMTI2MTAyODE1NTg0NFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAELX88eD7qj1in2u1Nt2/kvVELR4uaCmFMQWlSpM58
        5m2x05RnqHSSlplXFgh68vVGVI0/QCdQKNTZUACHqIY0jKN+MHwwGgYDVR0RBBMw
        EYIJbG9jYWxob3N0hwR/AAABMAkGA1UdEwQCMAAwEwYDVR0lBAwwCgYIKwYBBQUH
        AwEwHQYDVR0OBBYEFFgjZlrMFojU1q5sbFTRI3khcO4pMB8GA1UdIwQYMBaAFDKg
        kUAWfBNGqwJvhvzlqaWG0aHBMAoGCCqGSM49BAMCA0gAMEUCIQDnOiRg6gOTjTun
        JZMO1DUTF1JWcMiHNB0UJKemM8BjOgIgPpU2GuKGkV5XqC8+NtCxtO2AlXXQIHuk
        WVoYRnYg5VM=
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOCYQFDH+Ggeutube
        Yq/nijPrSqdHVgDZuYcc9sVvCQqhRANCAAQtfzx4PuqPWKfa7U23b+S9UQtHi5oK
        YUxBaVKkznzmbbHTlGeodJKWmVcWCHry9UZUjT9AJ1Ao1NlQAIeohjSM
        -----END PRIVATE KEY-----
        """
}
