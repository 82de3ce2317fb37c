import HTTPTypes
import TeleAPI
import TeleEngine

extension TeleRoutes {
    /// `GET` lists the copies of the data folder, `POST` makes one (`?skip_head=true`: of what is in segments already).
    @Sendable static func snapshots(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(EngineError) {
            guard request.method == .post else {
                let copies = try context.engine.backups()
                return answer(TeleSnapshots(snapshots: copies.map { TeleSnapshot(name: $0.name, path: $0.path) }))
            }
            let copy = try context.engine.takeBackup(withHeads: request["skip_head"] != "true")
            return answer(TeleSnapshot(name: copy.name, path: copy.path))
        } catch { return failed(error) }
    }
}
