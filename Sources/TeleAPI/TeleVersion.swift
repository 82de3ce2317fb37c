/// The release that all programs of the package carry.
package enum TeleVersion {
    package static let text = "0.1.0"
    package static let userAgent = "tele/\(text)"
}
