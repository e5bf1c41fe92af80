package automaton

import "encoding/binary"

// minimize merges states that nothing tells apart (Moore), and numbers what is
// left in the order in which a breadth-first walk meets it.
func (a *Machine) minimize() *Machine {
	block := make([]int, len(a.States))
	labels := map[string]int{}
	for count := 0; ; {
		index := map[string]int{}
		next := make([]int, len(a.States))
		var key []byte
		for i, s := range a.States {
			key = binary.AppendUvarint(key[:0], uint64(block[i]))
			if s.Accept {
				key = append(key, '!')
			}
			for _, t := range s.Next {
				if t.To < 0 {
					key = append(key, 0)
					continue
				}
				label := t.Actions + "?" + t.Guard
				if _, ok := labels[label]; !ok {
					labels[label] = len(labels)
				}
				key = binary.AppendUvarint(key, uint64(block[t.To])+1)
				key = binary.AppendUvarint(key, uint64(labels[label]))
			}
			if _, ok := index[string(key)]; !ok {
				index[string(key)] = len(index)
			}
			next[i] = index[string(key)]
		}
		block = next
		if len(index) == count {
			break
		}
		count = len(index)
	}
	return a.renumber(block)
}

// renumber keeps one state of each block, in breadth-first order.
func (a *Machine) renumber(block []int) *Machine {
	number := map[int]int{block[a.Start]: 0}
	order := []int{a.Start}
	for i := 0; i < len(order); i++ {
		for _, t := range a.States[order[i]].Next {
			if t.To < 0 {
				continue
			}
			if _, ok := number[block[t.To]]; !ok {
				number[block[t.To]] = len(order)
				order = append(order, t.To)
			}
		}
	}
	out := &Machine{Name: a.Name, States: make([]State, len(order))}
	for i, from := range order {
		out.States[i] = a.States[from]
		for c, t := range out.States[i].Next {
			if t.To >= 0 {
				out.States[i].Next[c].To = number[block[t.To]]
			}
		}
	}
	return out
}

// sample is a shortest input that leads to state i.
func (a *Machine) sample(i int) string {
	type path struct {
		state int
		input string
	}
	seen := make([]bool, len(a.States))
	queue := []path{{a.Start, ""}}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if p.state == i {
			return p.input
		}
		for c, t := range a.States[p.state].Next {
			if t.To > 0 && !seen[t.To] {
				seen[t.To] = true
				queue = append(queue, path{t.To, p.input + string([]byte{byte(c)})})
			}
		}
	}
	return ""
}
