package import TeleEngine
internal import TeleModel

extension MemorySnapshot {
    package func logAttributeKeys(time: Range<UInt64>) -> LogAttributeKeys? {
        var found = LogAttributeKeys()
        for batch in logs {
            let core = batch.core
            for key in core.keys { found.own.insert(core.heap.string(key)) }
            for key in core.scopes.attributes.keys { found.scope.insert(core.heap.string(core.keys[Int(key)])) }
        }
        return found
    }
}
