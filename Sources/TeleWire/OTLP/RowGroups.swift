/// The rows of a batch by resource and, within, by scope; resources, scopes and rows in the order in which they first
/// come.
struct RowGroups {
    struct Scope {
        var scope: UInt32
        var rows: [Int]
    }

    private(set) var resources: [(resource: UInt32, scopes: [Scope])] = []

    init(resource: [UInt32], scope: [UInt32]) {
        var resourcePlaces: [UInt32: Int] = [:]
        var scopePlaces: [UInt64: Int] = [:]
        for row in resource.indices {
            let scopeIndex = row < scope.count ? scope[row] : UInt32.max
            let place = resourcePlaces[resource[row]] ?? resources.count
            if place == resources.count {
                resourcePlaces[resource[row]] = place
                resources.append((resource[row], []))
            }
            let key = UInt64(place) << 32 | UInt64(scopeIndex)
            let inner = scopePlaces[key] ?? resources[place].scopes.count
            if inner == resources[place].scopes.count {
                scopePlaces[key] = inner
                resources[place].scopes.append(Scope(scope: scopeIndex, rows: []))
            }
            resources[place].scopes[inner].rows.append(row)
        }
    }
}
