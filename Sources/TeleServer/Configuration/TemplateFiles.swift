internal import TeleAlert

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Reads the files that `templates:` of the alerting section names. A pattern that names none is none: as in
/// Alertmanager, whose files may come later; a text that needs one of them is refused where it stands.
enum TemplateFiles {
    static func read(_ glob: String, folder: String) throws(AlertingProblem) -> [TemplateFile] {
        let paths = FileGlob.paths(glob, folder: folder)
        guard paths.count <= AlertingLimits.templateFiles else {
            throw AlertingProblem("\(glob) names more than \(AlertingLimits.templateFiles) files", key: "templates")
        }
        var out: [TemplateFile] = []
        for path in paths {
            let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int ?? 0
            guard size <= AlertingLimits.templateFileBytes else {
                throw AlertingProblem(
                    "is larger than \(AlertingLimits.templateFileBytes) bytes", key: "templates", file: path)
            }
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw AlertingProblem("cannot be read as text", key: "templates", file: path)
            }
            out.append(TemplateFile(path: path, text: text))
        }
        return out
    }
}
