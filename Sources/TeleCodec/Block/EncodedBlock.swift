/// A block as it goes to disk.
package struct EncodedBlock: Sendable {
    package var bytes: [UInt8]
    package var meta: BlockMeta
}
