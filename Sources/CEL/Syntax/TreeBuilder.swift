// Makes the nodes of a tree and keeps the facts about them: where each stands, how deep it is, and which
// macro call it was expanded from. It is what the parser and the macros share.

/// Makes nodes with ids in order of creation, beginning with 1.
struct TreeBuilder {
    private(set) var offsets: [Int] = [0]
    private var depths: [Int] = [0]
    private var macroDepths: [Int] = [0]
    private(set) var macroCalls: [Expression.ID: Expression] = [:]

    /// The number of nodes made so far.
    var count: Int { offsets.count - 1 }

    /// Takes the next id, for a node that begins at an offset.
    mutating func reserve(at offset: Int) -> Expression.ID {
        offsets.append(offset)
        depths.append(0)
        macroDepths.append(0)
        return offsets.count - 1
    }

    /// Moves a node to another place.
    mutating func move(_ id: Expression.ID, to offset: Int) {
        offsets[id] = offset
    }

    /// Makes a node with the next id.
    mutating func make(_ kind: Expression.Kind, at offset: Int) -> Expression {
        let id = reserve(at: offset)
        return make(kind, id: id)
    }

    /// Makes a node with an id that was reserved before its parts were read.
    mutating func make(_ kind: Expression.Kind, id: Expression.ID) -> Expression {
        var depth = 0
        var macroDepth = 0
        func include(_ child: Expression) {
            depth = max(depth, depths[child.id])
            macroDepth = max(macroDepth, macroDepths[child.id])
        }
        switch kind {
        case .constant, .identifier: break
        case .select(let select): include(select.operand)
        case .call(let call):
            if let target = call.target { include(target) }
            call.arguments.forEach(include)
        case .list(let list): list.elements.forEach(include)
        case .map(let entries):
            for entry in entries {
                include(entry.key)
                include(entry.value)
            }
        case .message(let message): message.fields.forEach { include($0.value) }
        case .comprehension(let fold):
            [fold.range, fold.initial, fold.condition, fold.step, fold.result].forEach(include)
            macroDepth += 1
        }
        depths[id] = depth + 1
        macroDepths[id] = macroDepth
        return Expression(id: id, kind: kind)
    }

    /// The depth of the tree below a node, itself included.
    func depth(of expression: Expression) -> Int { depths[expression.id] }

    /// How many macros stand inside one another in a node.
    func macroDepth(of expression: Expression) -> Int { macroDepths[expression.id] }

    /// Where a node begins.
    func offset(of expression: Expression) -> Int { offsets[expression.id] }

    /// Remembers the call that a node was expanded from.
    mutating func record(_ call: Expression.Call, expandedTo expression: Expression) {
        macroCalls[expression.id] = Expression(id: expression.id, kind: .call(call))
    }
}
