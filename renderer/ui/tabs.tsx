import type { ReactElement, ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components';

export interface TabItem {
  readonly id: string;
  readonly title: string;
  render(): ReactNode;
}

/** Views of the same thing, one at a time; only the one in front is drawn. */
export function Tabs({ label, items, selected, onSelect }: { readonly label: string; readonly items: readonly TabItem[]; readonly selected: string; readonly onSelect: (id: string) => void }): ReactElement {
  return (
    <AriaTabs className="tabs" selectedKey={selected} onSelectionChange={(key) => onSelect(String(key))}>
      <TabList className="tab-list" aria-label={label}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className="tab">
            {item.title}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className="tab-panel">
          {item.id === selected ? item.render() : null}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
